#include <atomic>
#include <thread>

#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend {
namespace {

// Hits are counted by reading, adding and writing back: two at once count as one.
class StatsTorn final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  CacheStatus get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const CacheStatus status = inner_->get(key, now_ns, value);
    if (status == CacheStatus::hit) {
      const std::uint64_t before = hits_;
      std::this_thread::yield();
      hits_ = before + 1;
    }
    return status;
  }
  CacheStats stats() const override {
    CacheStats stats = inner_->stats();
    stats.hits = hits_;
    return stats;
  }

 private:
  std::atomic<std::uint64_t> hits_{0};
};

const bool registered = register_broken_cache<StatsTorn>("stats_torn", 18, "a hit is counted in two steps",
                                                         "hits and misses make the gets", "accounting");

}  // namespace
}  // namespace contend
