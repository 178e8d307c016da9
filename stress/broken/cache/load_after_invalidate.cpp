#include <mutex>

#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend::cache {
namespace {

// One loads at a time, but nobody looks whether the key has been erased meanwhile: the finished load stores a value
// that was read before.
class LoadAfterInvalidate final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) override {
    if (inner_->get(key, now_ns, value) == Status::hit) return Status::hit;
    const std::scoped_lock lock(loading_);
    if (inner_->get(key, now_ns, value) == Status::hit) return Status::joined;
    value = loader(key);
    inner_->put(key, value, weight, ttl_ns, now_ns);
    return Status::loaded;
  }

 private:
  std::mutex loading_;
};

const bool registered =
    register_broken<Cache, LoadAfterInvalidate>({.name = "load_after_invalidate",
                                                 .number = 16,
                                                 .bug = "a finished load stores what was erased since",
                                                 .rule = "an erase during a load wins",
                                                 .caught_by = "loads",
                                                 .guarantees = {.order = EvictionOrder::approximate}});

}  // namespace
}  // namespace contend::cache
