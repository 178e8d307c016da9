// Workloads of the cache: what is asked for, and how much of it there is room for.

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/cache/cache_mix.hpp"
#include "bench/cache/cache_subject.hpp"
#include "bench/engine/machine.hpp"
#include "bench/workload/workload.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {
namespace {

std::string numbered(std::size_t key) {
  return "key/" + std::to_string(key);
}

Ring<Operation> draw(const Mix& mix, int caller, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(mix.keys, mix.zipf);
  std::size_t place = 0;
  return draw_ring_with_bytes(ring_size(mix.keys), seed, [&](std::mt19937_64& random, RingBytes& bytes) {
    const std::string once = fmt::format("once/{}/{}", caller, place++);
    const bool comes_once = std::bernoulli_distribution(mix.once)(random);
    return Operation{.key = bytes.keep(comes_once ? once : numbered(ranks(random))), .kind = mix.shares.draw(random)};
  });
}

Load load_of(const Mix& mix) {
  return {.capacity = mix.capacity,
          .ttl_ns = mix.expires() ? mix.ttl : forever,
          .load_ns = mix.load,
          .value_bytes = mix.value,
          .erases = mix.shares.has(Kind::erase),
          // The most popular last, as they would be in use.
          .residents =
              [mix](const Load::Put& put) {
                for (std::size_t i = std::min(mix.keys, mix.capacity); i-- > 0;) put(numbered(i), 1);
              },
          .ring = [mix](int caller, std::uint64_t seed) { return draw(mix, caller, seed); }};
}

Workload<Cache> workload_of(const Mix& mix) {
  constexpr std::size_t beside = 250;
  const std::size_t wanted = mix.capacity * (mix.value + beside);
  if (const std::size_t memory = memory_bytes() / 4; wanted > memory) {
    throw std::invalid_argument(
        fmt::format("capacity={} with value={} take about {} MB, of {} MB that they may take here.", mix.capacity,
                    mix.value, wanted >> 20, memory >> 20));
  }
  Workload<Cache> workload;
  workload.contended = mix.keys == 1;
  workload.prepare = [mix](const Maker<Cache>& make, int) {
    return std::make_unique<CacheSubject>(make, load_of(mix));
  };
  workload.suits = [mix](const Guarantees& guarantees) { return mix.asks_only(guarantees.offered); };
  workload.before_trials = [mix] { zipf(mix.keys, mix.zipf); };
  return workload;
}

const bool words_registered = register_words<Cache>(cache_words(), workload_of);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<Cache>(name, summary, text);
}

const bool workloads_registered =
    add("tenth", "500,000 keys, Zipf 0.99, room for a tenth; a miss puts what was missing", "") &&
    add("tenth_small", "as tenth, of 50,000 keys: the caches of the processor may hold it", "keys=50k,capacity=5k") &&
    add("hot_key", "everybody reads one key", "keys=1") &&
    add("all_hits", "50,000 keys, Zipf 0.99, room for all", "keys=50k") &&
    add("scans", "as tenth, but three of ten keys are never asked for again", "once=30") &&
    add("puts", "as tenth, with three puts of ten", "get=70,put=30") &&
    add("flat", "as tenth, Zipf 0.6: most is missed", "zipf=0.6") &&
    add("expiring", "as tenth, entries live for five milliseconds of the workload's clock", "ttl=5ms") &&
    add("loads", "as tenth, a miss is loaded by one caller for all, in 20 us", "get_or_load=100,load=20us") &&
    add("loads_by_each", "the same, but each caller loads what it misses", "load=20us") &&
    add("invalidated", "as tenth, one of ten operations erases", "get=90,erase=10");

// YCSB's mixes that a cache has operations for; see the store's.
const bool ycsb_registered =
    add("ycsb_a", "YCSB A: 50 % get, 50 % put, room for all", "get=50,put=50,keys=50k,value=1000") &&
    add("ycsb_b", "YCSB B: 95 % get, 5 % put, room for all", "get=95,put=5,keys=50k,value=1000") &&
    add("ycsb_c", "YCSB C: all get, room for all", "keys=50k,value=1000");

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
