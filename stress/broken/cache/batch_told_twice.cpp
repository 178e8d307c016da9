#include <string>
#include <utility>
#include <vector>

#include "impls/sync/mutex.hpp"
#include "stress/broken/cache/forwarding_cache.hpp"
#include "stress/round/window.hpp"

namespace contend::cache {
namespace {

// Removals are noted and told at the end of the call. What is told is copied in one step and forgotten in another: two
// callers tell the same, and what is noted between the two steps is never told.
class BatchToldTwice final : public ForwardingCache {
 public:
  explicit BatchToldTwice(const Options& options)
      : ForwardingCache({.capacity = options.capacity,
                         .on_removal = [this](std::string_view key, std::string_view value,
                                              RemovalCause cause) { note(key, value, cause); }}),
        listener_(options.on_removal) {}

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const Status status = inner_->get(key, now_ns, value);
    tell();
    return status;
  }
  Status put(std::string_view key, std::string_view value, std::uint64_t weight, DurationNs ttl_ns,
             TimeNs now_ns) override {
    const Status status = inner_->put(key, value, weight, ttl_ns, now_ns);
    tell();
    return status;
  }
  Status erase(std::string_view key, TimeNs now_ns) override {
    const Status status = inner_->erase(key, now_ns);
    tell();
    return status;
  }
  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) override {
    const Status status = inner_->get_or_load(key, weight, ttl_ns, now_ns, loader, value);
    tell();
    return status;
  }

 private:
  struct Removal {
    std::string key;
    std::string value;
    RemovalCause cause;
  };

  void note(std::string_view key, std::string_view value, RemovalCause cause) {
    const MutexLock lock(mutex_);
    noted_.push_back({std::string(key), std::string(value), cause});
  }
  std::vector<Removal> noted() {
    const MutexLock lock(mutex_);
    return noted_;
  }
  void tell() {
    const std::vector<Removal> batch = noted();
    open_window();
    {
      const MutexLock lock(mutex_);
      noted_.clear();
    }
    if (listener_ == nullptr) return;
    for (const Removal& removal : batch) listener_(removal.key, removal.value, removal.cause);
  }

  const Listener listener_;
  Mutex mutex_{{"removals", 0}};
  std::vector<Removal> noted_ GUARDED_BY(mutex_);
};

const bool registered =
    register_broken<Cache, BatchToldTwice>({.name = "batch_told_twice",
                                            .number = 59,
                                            .bug = "noted removals are copied in one step and forgotten in the next",
                                            .rule = "the listener is told of each removal once",
                                            .caught_by = "whole_cache",
                                            .guarantees = {.order = EvictionOrder::approximate}});

}  // namespace
}  // namespace contend::cache
