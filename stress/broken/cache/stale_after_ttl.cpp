#include <thread>

#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend::cache {
namespace {

// Whether the entry has expired is tested first and the value read afterwards: by then it may be another one, that has.
class StaleAfterTtl final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const Status alive = inner_->get(key, now_ns, value);
    if (alive != Status::hit) return alive;
    std::this_thread::yield();
    constexpr TimeNs before_every_deadline_ns = 0;
    return inner_->get(key, before_every_deadline_ns, value);
  }
};

const bool registered =
    register_broken_cache<StaleAfterTtl>("stale_after_ttl", 19, "the ttl is tested before the entry is locked",
                                         "an expired entry is never answered", "values");

}  // namespace
}  // namespace contend::cache
