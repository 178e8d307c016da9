
#include "stress/broken/cache/forwarding_cache.hpp"
#include "stress/round/window.hpp"

namespace contend::cache {
namespace {

// Whether the entry has expired is tested first and the value read afterwards: by then it may be another one, that has.
class StaleAfterTtl final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const Status alive = inner_->get(key, now_ns, value);
    if (alive != Status::hit) return alive;
    open_window();
    constexpr TimeNs before_every_deadline_ns = 0;
    return inner_->get(key, before_every_deadline_ns, value);
  }
};

const bool registered = register_broken<Cache, StaleAfterTtl>({.name = "stale_after_ttl",
                                                               .number = 19,
                                                               .bug = "the ttl is tested before the entry is locked",
                                                               .rule = "an expired entry is never answered",
                                                               .caught_by = "values",
                                                               .guarantees = {.order = EvictionOrder::approximate}});

}  // namespace
}  // namespace contend::cache
