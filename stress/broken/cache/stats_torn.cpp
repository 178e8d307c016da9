#include <atomic>

#include "stress/broken/cache/forwarding_cache.hpp"
#include "stress/round/window.hpp"

namespace contend::cache {
namespace {

// Hits are counted by reading, adding and writing back: two at once count as one.
class StatsTorn final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const Status status = inner_->get(key, now_ns, value);
    if (status == Status::hit) {
      const std::uint64_t before = hits_;
      open_window();
      hits_ = before + 1;
    }
    return status;
  }
  Stats stats() const override {
    Stats stats = inner_->stats();
    stats.hits = hits_;
    return stats;
  }

 private:
  std::atomic<std::uint64_t> hits_{0};
};

const bool registered = register_broken<Cache, StatsTorn>({.name = "stats_torn",
                                                           .number = 18,
                                                           .bug = "a hit is counted in two steps",
                                                           .rule = "hits and misses make the gets",
                                                           .caught_by = "accounting",
                                                           .guarantees = {.order = EvictionOrder::approximate}});

}  // namespace
}  // namespace contend::cache
