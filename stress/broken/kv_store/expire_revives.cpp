#include <mutex>
#include <set>

#include "stress/broken/kv_store/forwarding_store.hpp"
#include "stress/round/window.hpp"

namespace contend::kv_store {
namespace {

// The sweeper finds a key expired, lets go, and then erases whatever is under that key: also a value that was set
// meanwhile.
class ExpireRevives final : public ForwardingStore {
 public:
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    {
      const std::scoped_lock lock(mutex_);
      known_.emplace(key);
    }
    return inner_->set(key, value, ttl_ns, now_ns);
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    std::set<std::string> known;
    {
      const std::scoped_lock lock(mutex_);
      known = known_;
    }
    ExpireAnswer answer;
    std::string value;
    for (const std::string& key : known) {
      if (answer.removed == budget) break;
      if (inner_->get(key, now_ns, value).status == Status::ok) continue;
      open_window();
      inner_->erase(key, now_ns);
      ++answer.removed;
    }
    return answer;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> known_;
};

const bool registered =
    register_broken<Store, ExpireRevives>({.name = "expire_revives",
                                           .number = 8,
                                           .bug = "the sweeper erases by key after a fresh set has made it anew",
                                           .rule = "a live value stays",
                                           .caught_by = "point_operations"});

}  // namespace
}  // namespace contend::kv_store
