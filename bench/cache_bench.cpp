// Workloads of the cache: what is asked for, and how much of it there is room for.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "bench/cache/cache_subject.hpp"
#include "bench/workload/workload.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {
namespace {

struct Shape {
  std::size_t keys = 50'000;
  double theta = 0.99;
  std::size_t capacity = 5'000;  // entries of weight 1
  int put_parts = 0;             // per thousand; the rest are gets, and a miss puts what was missing
  int scan_parts = 0;            // per thousand: keys that nobody asks for twice
  DurationNs ttl_ns = forever;
};

std::string numbered(std::size_t key) {
  return "key/" + std::to_string(key);
}

Ring<Operation> draw(const Shape& shape, int caller, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(shape.keys, shape.theta);
  int place = 0;
  return draw_ring(1 << 16, seed, [&](std::mt19937_64& random) {
    const auto drawn = static_cast<int>(random() % 1000);
    const std::string once = "once/" + std::to_string(caller) + "/" + std::to_string(place++);
    return Operation{.key = drawn >= 1000 - shape.scan_parts ? once : numbered(ranks(random)),
                     .puts = drawn < shape.put_parts};
  });
}

Load load_of(const Shape& shape) {
  Load load{.capacity = shape.capacity, .ttl_ns = shape.ttl_ns, .residents = {}, .ring = nullptr};
  // The most popular last, as they would be in use.
  for (std::size_t i = std::min(shape.keys, shape.capacity); i-- > 0;) load.residents.push_back({.key = numbered(i)});
  load.ring = [shape](int caller, std::uint64_t seed) { return draw(shape, caller, seed); };
  return load;
}

bool add(const std::string& name, const std::string& summary, const Shape& shape) {
  return register_workload<Cache>(
      {.name = name,
       .summary = summary,
       .contended = shape.keys == 1,
       .prepare = [shape](const Maker<Cache>& make,
                          int) { return std::make_unique<CacheSubject>(make, load_of(shape)); },
       .before_trials = [shape] { zipf(shape.keys, shape.theta); }});
}

const bool workloads_registered =
    add("tenth", "50,000 keys, Zipf 0.99, room for a tenth; a miss puts what was missing", {}) &&
    add("hot_key", "everybody reads one key", {.keys = 1}) &&
    add("all_hits", "5,000 keys, Zipf 0.99, room for all", {.keys = 5'000}) &&
    add("scans", "as tenth, but three of ten keys are never asked for again", {.scan_parts = 300}) &&
    add("puts", "as tenth, with three puts of ten", {.put_parts = 300}) &&
    add("flat", "as tenth, Zipf 0.6: most is missed", {.theta = 0.6}) &&
    add("expiring", "as tenth, entries live for five milliseconds of the workload's clock", {.ttl_ns = 5'000'000});

// The control: everything is there, at once.
class NoopCache final : public Cache {
 public:
  Status get(std::string_view, TimeNs, std::string&) override { return Status::hit; }
  Status put(std::string_view, std::string_view, std::uint64_t, DurationNs, TimeNs) override { return Status::stored; }
  Status erase(std::string_view, TimeNs) override { return Status::absent; }
  Status get_or_load(std::string_view, std::uint64_t, DurationNs, TimeNs, const Loader&, std::string&) override {
    return Status::hit;
  }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { return {}; }
  Stats stats() const override { return {}; }
  Size size() override { return {}; }
  std::uint64_t largest_weight() const override { return 0; }
};

const bool system_registered = register_bench_system<Cache, NoopCache>("cache");

}  // namespace
}  // namespace contend::cache
