
#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// Whether the key has expired is decided first, and the value read in a second step: by then another value may be
// there, one that has expired.
class UnlockedTtlRead final : public ForwardingStore {
 public:
  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const Answer alive = inner_->get(key, now_ns, value);
    if (alive.status != Status::ok) return alive;
    open_window();
    constexpr TimeNs before_every_deadline_ns = 0;
    return inner_->get(key, before_every_deadline_ns, value);
  }
};

const bool registered =
    register_broken<Store, UnlockedTtlRead>({.name = "unlocked_ttl_read",
                                             .number = 1,
                                             .bug = "the deadline is read before the lock, the value after it",
                                             .rule = "an expired value is never answered",
                                             .caught_by = "point_operations"});

}  // namespace
}  // namespace contend::kv_store
