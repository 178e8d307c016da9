#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend::cache {
namespace {

// The miss is found in one step and the load begun in the next: all who miss load.
class TwoLoaders final : public ForwardingCache {
 public:
  using ForwardingCache::ForwardingCache;

  Status get_or_load(std::string_view key, std::uint64_t weight, DurationNs ttl_ns, TimeNs now_ns, const Loader& loader,
                     std::string& value) override {
    if (inner_->get(key, now_ns, value) == Status::hit) return Status::hit;
    value = loader(key);
    inner_->put(key, value, weight, ttl_ns, now_ns);
    return Status::loaded;
  }
};

const bool registered = register_broken<Cache, TwoLoaders>({.name = "two_loaders",
                                                            .number = 15,
                                                            .bug = "the test for a miss and the load are two steps",
                                                            .rule = "who misses at once shares one load",
                                                            .caught_by = "loads",
                                                            .guarantees = {.order = EvictionOrder::approximate}});

}  // namespace
}  // namespace contend::cache
