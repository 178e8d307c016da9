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

const bool registered =
    register_broken_cache<ListenerUnderLock>("listener_under_lock", 20, "the removal listener runs under the lock",
                                             "the listener may call the cache", "accounting", Ending::stop);

}  // namespace
}  // namespace contend::cache
