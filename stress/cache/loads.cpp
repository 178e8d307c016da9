// Loads of caches: one for all who miss, and never a value older than an erase that has returned.

#include <fmt/core.h>

#include <atomic>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include "impls/cache/cache.hpp"
#include "stress/driver/attack.hpp"

namespace contend::cache {
namespace {

constexpr Sized load_repeats{.full = 10, .small = {1, 1}};
constexpr Sized row_steps{.full = 200, .small = {2, 6}};
constexpr Sized load_capacity{.full = 100, .small = {8, 8}};

struct LoadOutcomes {
  Round& round;
  Outcomes::Counter& shared_loads = round.required("shared loads", "everybody missed one key at once");
  Outcomes::Counter& not_loaded_once = round.forbidden("not loaded once", "two callers loaded what one had to");
  Outcomes::Counter& wrong = round.forbidden("wrong values", "a caller was answered with something else");
  Outcomes::Counter& thrown = round.required("exceptions", "a load failed, and who wanted its value was told so");
  Outcomes::Counter& swallowed = round.forbidden("exceptions swallowed", "a load failed, and a caller was answered");
  Outcomes::Counter& invalidations = round.required("invalidations", "the row changed and was erased from the cache");
  Outcomes::Counter& stale = round.forbidden("stale values", "answered with what was loaded before an erase");
};

void load_once(Cache& cache, const std::string& key, Round& round, LoadOutcomes& seen) {
  std::atomic<int> loads{0};
  round.run_threads(round.threads(2), [&](int) {
    std::string value;
    const auto loader = [&](std::string_view) {
      ++loads;
      std::this_thread::yield();
      return std::string("v");
    };
    cache.get_or_load(key, 1, forever, 0, loader, value);
    if (value != "v") ++seen.wrong;
    round.count_operation();
  });
  if (loads != 1) ++seen.not_loaded_once;
  ++seen.shared_loads;
}

void fail_to_load(Cache& cache, const std::string& key, Round& round, LoadOutcomes& seen) {
  round.run_threads(round.threads(2), [&](int) {
    const auto loader = [](std::string_view) -> std::string {
      std::this_thread::yield();
      throw std::runtime_error("the row cannot be read");
    };
    std::string value;
    try {
      cache.get_or_load(key, 1, forever, 0, loader, value);
      ++seen.swallowed;
    } catch (const std::runtime_error&) {
      ++seen.thrown;
    }
    round.count_operation();
  });
}

// The row behind the cache grows. The thread that has changed it erases what is cached, and from then on nobody may be
// answered with an older one.
void change_row(Cache& cache, Round& round, LoadOutcomes& seen) {
  const int steps = round.size(row_steps);
  std::atomic<std::uint64_t> row{1};
  std::atomic<std::uint64_t> erased_up_to{0};
  round.run_threads(round.threads(2), [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < steps; ++i) {
      round.count_operation();
      if (thread == 0) {
        const std::uint64_t newer = ++row;
        cache.erase("row", 0);
        erased_up_to = newer;
        ++seen.invalidations;
        if (random() % 2 == 0) std::this_thread::yield();
        continue;
      }
      const std::uint64_t at_least = erased_up_to;
      const auto loader = [&](std::string_view) {
        const std::string read = std::to_string(row);
        std::this_thread::yield();
        return read;
      };
      std::string value;
      cache.get_or_load("row", 1, forever, 0, loader, value);
      if (std::stoull(value) < at_least) ++seen.stale;
    }
  });
}

void round_of_loads(const Subject<Cache>& subject, Round& round) {
  LoadOutcomes seen(round);
  const auto capacity = static_cast<std::uint64_t>(round.size(load_capacity));
  const auto cache = subject.make({.capacity = capacity, .on_removal = nullptr});
  const int repeats = round.size(load_repeats);
  for (int i = 0; i < repeats; ++i) load_once(*cache, fmt::format("once/{}", i), round, seen);
  for (int i = 0; i < repeats; ++i) fail_to_load(*cache, fmt::format("fails/{}", i), round, seen);
  change_row(*cache, round, seen);
}
const bool loads_registered = register_attack<Cache>(
    {"loads", "one load for all, and an erase wins over it", round_of_loads,
     [](const Guarantees& guarantees) { return guarantees.offered.has({Part::get_or_load, Part::erase}); }});

}  // namespace
}  // namespace contend::cache
