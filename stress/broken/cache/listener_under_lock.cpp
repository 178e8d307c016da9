#include "impls/sync/mutex.hpp"
#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend::cache {
namespace {

// The listener is told while the lock is held, and asks the cache again.
class ListenerUnderLock final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const MutexLock lock(mutex_);
    return inner_->get(key, now_ns, value);
  }
  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return inner_->put(key, value, weight, ttl_ns, now_ns);
  }

 private:
  Mutex mutex_{{"cache", 0}};
};

const bool registered = register_broken<Cache, ListenerUnderLock>({.name = "listener_under_lock",
                                                                   .number = 20,
                                                                   .bug = "the removal listener runs under the lock",
                                                                   .rule = "the listener may call the cache",
                                                                   .caught_by = "accounting",
                                                                   .guarantees = {.order = EvictionOrder::approximate},
                                                                   .ending = Ending::stop});

}  // namespace
}  // namespace contend::cache
