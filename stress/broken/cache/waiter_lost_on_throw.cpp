#include <map>
#include <memory>
#include <optional>

#include "impls/sync/mutex.hpp"
#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend::cache {
namespace {

// Who comes first loads, the others wait until he tells them the value. If the loader throws there is none, and nobody
// wakes them.
class WaiterLostOnThrow final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) override {
    const Status status = inner_->put(key, value, weight, ttl_ns, now_ns);
    overtake(key);
    return status;
  }
  Status erase(std::string_view key, TimeNs now_ns) override {
    const Status status = inner_->erase(key, now_ns);
    overtake(key);
    return status;
  }
  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) override {
    std::shared_ptr<Loaded> loaded;
    {
      const MutexLock lock(mutex_);
      const auto [flight, mine] = flights_.try_emplace(std::string(key), std::make_shared<Loaded>());
      loaded = flight->second;
      if (!mine) {
        while (!*loaded) landed_.wait(mutex_);
        value = **loaded;
        return Status::joined;
      }
    }
    const Status status = inner_->get_or_load(key, weight, ttl_ns, now_ns, loader, value);
    const MutexLock lock(mutex_);
    *loaded = value;
    const auto flight = flights_.find(key);
    if (flight != flights_.end() && flight->second == loaded) flights_.erase(flight);
    landed_.notify_all();
    return status;
  }

 private:
  using Loaded = std::optional<std::string>;

  // Who comes from now on begins another load.
  void overtake(std::string_view key) {
    const MutexLock lock(mutex_);
    const auto flight = flights_.find(key);
    if (flight != flights_.end()) flights_.erase(flight);
  }

  Mutex mutex_{{"cache flights", 0}};
  ConditionVariable landed_;
  std::map<std::string, std::shared_ptr<Loaded>, std::less<>> flights_ GUARDED_BY(mutex_);
};

const bool registered =
    register_broken<Cache, WaiterLostOnThrow>({.name = "waiter_lost_on_throw",
                                               .number = 17,
                                               .bug = "a loader that throws never wakes those who wait for it",
                                               .rule = "all who wait for a load get its exception",
                                               .caught_by = "loads",
                                               .guarantees = {.order = EvictionOrder::approximate},
                                               .ending = Ending::stop});

}  // namespace
}  // namespace contend::cache
