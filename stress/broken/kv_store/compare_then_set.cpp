
#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// The version is compared, but in a step of its own before the write: what changed in between is overwritten.
class CompareThenSet final : public ForwardingStore {
 public:
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    const Answer found = inner_->get(key, now_ns, current);
    if (found.version != expected) return {Status::version_mismatch, found.version, found.version};
    open_window();
    Answer answer = inner_->set(key, value, ttl_ns, now_ns);
    answer.previous = expected;
    return answer;
  }
};

const bool registered =
    register_broken<Store, CompareThenSet>({.name = "compare_then_set",
                                            .number = 2,
                                            .bug = "compare_and_set compares first and sets afterwards",
                                            .rule = "a lost update passes for a success",
                                            .caught_by = "point_operations"});

}  // namespace
}  // namespace contend::kv_store
