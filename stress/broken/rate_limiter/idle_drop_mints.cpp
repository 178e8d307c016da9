#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "stress/broken/rate_limiter/forwarding_limiter.hpp"
#include "stress/round/window.hpp"

namespace contend::rate_limiter {
namespace {

// The sweeper finds a bucket full, and drops it a moment later, though it has been charged in between. (Dropping is
// going on with a new name, under which the bucket is full.)
class IdleDropMints final : public ForwardingLimiter {
 public:
  explicit IdleDropMints(const Options& options) : ForwardingLimiter(options), capacity_(options.quotas[0].capacity) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    std::vector<std::string> names;
    std::vector<Charge> renamed(charges.begin(), charges.end());
    for (const Charge& charge : charges) names.push_back(name_now(charge.key));
    for (std::size_t i = 0; i < names.size(); ++i) renamed[i].key = names[i];
    return inner_->acquire_all(renamed, now_ns);
  }
  CleanupAnswer cleanup(std::size_t, TimeNs now_ns) override {
    for (const auto& [key, generation] : generations()) {
      if (inner_->acquire(name_now(key), 0, now_ns).remaining != capacity_) continue;
      open_window();
      const std::scoped_lock lock(mutex_);
      ++generations_[key];
    }
    return {};
  }

 private:
  std::string name_now(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    return std::string(key) + "#" + std::to_string(generations_[std::string(key)]);
  }
  std::map<std::string, int> generations() {
    const std::scoped_lock lock(mutex_);
    return generations_;
  }

  const std::uint64_t capacity_;
  std::mutex mutex_;
  std::map<std::string, int> generations_;
};

const bool registered =
    register_broken<RateLimiter, IdleDropMints>({.name = "idle_drop_mints",
                                                 .number = 26,
                                                 .bug = "a bucket is dropped while it is being charged",
                                                 .rule = "only a full bucket is the same as none",
                                                 .caught_by = "linearizability"});

}  // namespace
}  // namespace contend::rate_limiter
