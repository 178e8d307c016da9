
#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// The miss is found first and the value stored afterwards: two callers that both miss both store.
class DoubleCheckedInsert final : public ForwardingStore {
 public:
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    std::string ignored;
    const Answer found = inner_->get(key, now_ns, ignored);
    if (found.status == Status::ok) return {Status::exists, found.version, found.version};
    open_window();
    Answer answer = inner_->set(key, value, ttl_ns, now_ns);
    answer.previous = 0;
    return answer;
  }
};

const bool registered =
    register_broken<Store, DoubleCheckedInsert>({.name = "double_checked_insert",
                                                 .number = 12,
                                                 .bug = "put_if_absent looks first and stores afterwards",
                                                 .rule = "check-then-act is one operation",
                                                 .caught_by = "point_operations"});

}  // namespace
}  // namespace contend::kv_store
