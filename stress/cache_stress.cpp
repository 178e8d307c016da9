// Attacks on caches: evictions under load, and every entry accounted for.

#include <atomic>
#include <random>
#include <string>

#include "impls/cache/cache.hpp"
#include "stress/driver/attack.hpp"

namespace contend::cache {
namespace {

constexpr Sized crowded_capacity{.full = 40, .small = {2, 4}};
constexpr Sized crowded_keys{.full = 60, .small = {2, 4}};
constexpr Sized crowded_calls{.full = 400, .small = {3, 6}};
constexpr Sized short_ttl_ns{.full = 20, .small = {1, 3}};
constexpr Sized calls_between_looks{.full = 16, .small = {1, 2}};    // at what all entries weigh
constexpr Sized removals_between_gets{.full = 64, .small = {1, 2}};  // of the listener, which calls back
constexpr Sized entry_weights{.full = 5, .small = {2, 3}};  // from 0; light at the small size, so that gets hit

struct CrowdedSizes {
  explicit CrowdedSizes(Round& round)
      : capacity(static_cast<std::uint64_t>(round.size(crowded_capacity))),
        keys(static_cast<std::uint64_t>(round.size(crowded_keys))),
        calls(round.size(crowded_calls)),
        ttl_ns(round.size(short_ttl_ns)),
        between_looks(round.size(calls_between_looks)),
        between_gets(static_cast<std::uint64_t>(round.size(removals_between_gets))),
        weights(static_cast<std::uint64_t>(round.size(entry_weights))) {}

  std::uint64_t capacity;
  std::uint64_t keys;
  int calls;
  DurationNs ttl_ns;
  int between_looks;
  std::uint64_t between_gets;
  std::uint64_t weights;
};

// Answers whether it was a get.
bool call_crowded(Cache& cache, const CrowdedSizes& sizes, TimeNs now_ns, std::mt19937_64& random) {
  const std::string key = std::to_string(random() % sizes.keys);
  const std::uint64_t drawn = random() % 8;
  if (drawn == 0) {
    cache.erase(key, now_ns);
  } else if (drawn < 4) {
    const std::uint64_t weight = random() % sizes.weights;
    cache.put(key, "v", weight, random() % 4 == 0 ? sizes.ttl_ns : forever, now_ns);
  } else {
    std::string value;
    cache.get(key, now_ns, value);
    return true;
  }
  return false;
}

void round_of_accounting(const Subject<Cache>& subject, Round& round) {
  Outcomes::Counter& gets = round.required("gets", "while others put, erased and evicted");
  Outcomes::Counter& miscounted = round.forbidden("gets miscounted", "hits and misses do not make the gets");
  Outcomes::Counter& unaccounted = round.forbidden("entries unaccounted", "stored less removed is not what is there");
  Outcomes::Counter& unheard = round.forbidden("removals unheard", "the listener was not told of each exactly once");
  Outcomes::Counter& overweight = round.forbidden("overweight", "the entries weighed more than the capacity");
  const CrowdedSizes sizes(round);
  std::atomic<std::uint64_t> heard{0};
  Cache* self = nullptr;
  const auto cache = subject.make(
      {.capacity = sizes.capacity, .on_removal = [&](std::string_view key, std::string_view, RemovalCause) {
         std::string ignored;
         if (++heard % sizes.between_gets == 0) self->get(key, 0, ignored);
       }});
  self = cache.get();
  std::atomic<std::uint64_t> asked{0};
  round.run_threads(round.threads(2), [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < sizes.calls; ++i) {
      if (call_crowded(*cache, sizes, i, random)) ++asked;
      if (i % sizes.between_looks == 0 && cache->size().weight > sizes.capacity) ++overweight;
      round.count_operation();
    }
  });
  const Stats stats = cache->stats();
  const std::uint64_t removed = stats.evicted + stats.expired + stats.replaced + stats.erased;
  gets.add(asked);
  if (stats.hits + stats.misses != asked + heard / sizes.between_gets) ++miscounted;
  if (stats.stored - removed != cache->size().entries) ++unaccounted;
  if (heard != removed) ++unheard;
}
const bool accounting_registered = register_attack<Cache>(
    {"accounting", "every get, entry and removal is accounted for, with a listener that calls back",
     round_of_accounting, [](const Guarantees& guarantees) { return guarantees.offered.has_all(); }});

const bool system_registered = register_stress_system<Cache>("cache");

}  // namespace
}  // namespace contend::cache
