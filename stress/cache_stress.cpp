// Attacks on caches.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/cache/cache.hpp"
#include "stress/linearizability/checker.hpp"
#include "stress/linearizability/recording.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::cache {
namespace {

// --- values: with room for everything, each key is a register that expires ---

struct RegisterOperation {
  enum class Call : std::uint8_t { get, put, erase, cleanup } call = Call::get;
  std::uint8_t key = 0;
  TimeNs now_ns = 0;
  DurationNs ttl_ns = forever;
  std::uint32_t value = 0;  // put or read; 0: nothing
  Status status = Status::miss;
};

struct RegisterModel {
  using Operation = RegisterOperation;
  struct State {
    std::uint32_t value = 0;  // 0: absent
    TimeNs deadline_ns = never;
  };

  State initial() const { return {}; }

  bool step(State& state, const RegisterOperation& op) const {
    using Call = RegisterOperation::Call;
    if (state.value != 0 && !is_alive(state.deadline_ns, op.now_ns)) state = {};
    const bool there = state.value != 0;
    switch (op.call) {
      case Call::cleanup:
        return true;
      case Call::get:
        return there ? op.status == Status::hit && op.value == state.value : op.status == Status::miss;
      case Call::erase:
        state = {};
        return op.status == (there ? Status::removed : Status::absent);
      case Call::put:
        state = {op.value, deadline_after(op.now_ns, op.ttl_ns)};
        return op.status == (there ? Status::replaced : Status::stored);
    }
    return false;
  }

  bool only_looks(const RegisterOperation& op) const { return op.status == Status::hit; }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(state.value) ^ mix_bits(static_cast<std::uint64_t>(state.deadline_ns) + 99);
  }
};

constexpr int register_keys = 3;

void call_cache(Cache& cache, std::mt19937_64& random, std::atomic<TimeNs>& clock_ns, std::uint32_t fresh,
                RegisterOperation& op) {
  using Call = RegisterOperation::Call;
  op.now_ns = random() % 6 == 0 ? clock_ns.fetch_add(1) : clock_ns.load();
  op.key = static_cast<std::uint8_t>(random() % register_keys);
  op.ttl_ns = random() % 2 == 0 ? static_cast<DurationNs>(1 + random() % 6) : forever;
  const std::string key(1, static_cast<char>('a' + op.key));
  const std::uint64_t drawn = random() % 16;
  if (drawn == 0) {
    op.call = Call::cleanup;
    cache.cleanup(register_keys, op.now_ns);
  } else if (drawn < 3) {
    op.call = Call::erase;
    op.status = cache.erase(key, op.now_ns);
  } else if (drawn < 8) {
    op.call = Call::put;
    op.value = fresh;
    op.status = cache.put(key, std::to_string(fresh), 1, op.ttl_ns, op.now_ns);
  } else {
    std::string read;
    op.status = cache.get(key, op.now_ns, read);
    if (op.status == Status::hit) op.value = static_cast<std::uint32_t>(std::stoul(read));
  }
}

std::string describe(const RegisterOperation& op) {
  static constexpr std::array names{"get", "put", "erase", "cleanup"};
  return fmt::format("{}(now {}, ttl {}, value {}) -> {}", names[static_cast<std::size_t>(op.call)], op.now_ns,
                     op.ttl_ns == forever ? -1 : op.ttl_ns, op.value, to_string(op.status));
}

AttackReport attack_values(const Subject<Cache>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t operations = 0;
  std::uint64_t unknown = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    constexpr int calls = 300;
    const auto cache = subject.make({.capacity = 1000, .on_removal = nullptr});
    std::atomic<TimeNs> clock_ns{0};
    const auto all = record_calls<RegisterOperation>(
        options.threads, calls, seed, [&](int, std::uint32_t number, std::mt19937_64& random, RegisterOperation& op) {
          call_cache(*cache, random, clock_ns, number, op);
        });
    for (std::uint8_t key = 0; key < register_keys; ++key) {
      std::vector<Timed<RegisterOperation>> of_key;
      std::ranges::copy_if(all, std::back_inserter(of_key), [&](const Timed<RegisterOperation>& timed) {
        return timed.operation.key == key || timed.operation.call == RegisterOperation::Call::cleanup;
      });
      operations += of_key.size();
      const CheckResult result = LinearizabilityChecker<RegisterModel>().check(of_key);
      if (result.verdict == Verdict::illegal)
        report.conclude(Verdict::illegal, explain_illegal<RegisterModel>(of_key, seed, describe));
      if (result.verdict == Verdict::unknown) ++unknown;
    }
    return report.verdict != Verdict::illegal;
  });
  report.add("operations", operations, Expectation::required, "gets, puts, erases and cleanups, checked key by key");
  report.add("keys left undecided", unknown, Expectation::allowed, "the checker ran out of steps");
  if (unknown > 0) report.conclude(Verdict::unknown, "some histories were too hard to decide");
  return report;
}
const bool values_registered =
    register_attack<Cache>({"values", "with room for everything, each key is a register that expires", attack_values});

// --- loads: one for all who miss, and never a value older than an erase that has returned ---

AttackReport attack_loads(const Subject<Cache>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t rounds = 0;
  std::uint64_t loaded_twice = 0;
  std::uint64_t wrong_values = 0;
  std::atomic<std::uint64_t> thrown{0};
  std::atomic<std::uint64_t> swallowed{0};
  std::atomic<std::uint64_t> invalidations{0};
  std::atomic<std::uint64_t> stale{0};
  const int threads = std::max(options.threads, 2);
  repeat_rounds(options, [&](std::uint64_t seed) {
    const auto cache = subject.make({.capacity = 100, .on_removal = nullptr});
    for (int i = 0; i < 10; ++i) {
      std::atomic<int> loads{0};
      std::atomic<int> wrong{0};
      const std::string key = fmt::format("once/{}", i);
      run_threads(threads, [&](int) {
        std::string value;
        const auto loader = [&](std::string_view) {
          ++loads;
          std::this_thread::yield();
          return std::string("v");
        };
        cache->get_or_load(key, 1, forever, 0, loader, value);
        wrong += value == "v" ? 0 : 1;
      });
      loaded_twice += loads == 1 ? 0 : 1;
      wrong_values += static_cast<std::uint64_t>(wrong.load());
      ++rounds;
    }
    for (int i = 0; i < 10; ++i) {
      const std::string key = fmt::format("fails/{}", i);
      run_threads(threads, [&](int) {
        const auto loader = [&](std::string_view) -> std::string {
          std::this_thread::yield();
          throw std::runtime_error("the row cannot be read");
        };
        std::string value;
        try {
          cache->get_or_load(key, 1, forever, 0, loader, value);
          ++swallowed;
        } catch (const std::runtime_error&) {
          ++thrown;
        }
      });
    }
    // The row behind the cache grows; whoever has changed it erases what is cached, and from then on nobody may be
    // answered with an older one.
    std::atomic<std::uint64_t> row{1};
    std::atomic<std::uint64_t> erased_up_to{0};
    run_threads(threads, [&](int thread) {
      std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
      for (int i = 0; i < 200; ++i) {
        if (thread == 0) {
          const std::uint64_t newer = ++row;
          cache->erase("row", 0);
          erased_up_to = newer;
          ++invalidations;
          if (random() % 2 == 0) std::this_thread::yield();
          continue;
        }
        const std::uint64_t at_least = erased_up_to;
        const auto loader = [&](std::string_view) {
          const std::string seen = std::to_string(row);
          std::this_thread::yield();
          return seen;
        };
        std::string value;
        cache->get_or_load("row", 1, forever, 0, loader, value);
        if (std::stoull(value) < at_least) ++stale;
      }
    });
    return loaded_twice == 0 && stale == 0 && wrong_values == 0 && swallowed == 0;
  });
  report.add("rounds", rounds, Expectation::required, "everybody missed one key at once");
  report.add("not loaded once", loaded_twice, Expectation::forbidden, "two callers loaded what one had to");
  report.add("wrong values", wrong_values, Expectation::forbidden, "a caller was answered with something else");
  report.add("exceptions", thrown, Expectation::required, "a load failed, and who wanted its value was told so");
  report.add("exceptions swallowed", swallowed, Expectation::forbidden, "a load failed, and a caller was answered");
  report.add("invalidations", invalidations, Expectation::required, "the row changed and was erased from the cache");
  report.add("stale values", stale, Expectation::forbidden, "answered with what was loaded before an erase");
  return report;
}
const bool loads_registered =
    register_attack<Cache>({"loads", "one load for all, and an erase wins over it", attack_loads});

// --- accounting: evictions under load, and every entry accounted for ---

AttackReport attack_accounting(const Subject<Cache>& subject, const AttackOptions& options) {
  AttackReport report;
  std::atomic<std::uint64_t> gets{0};
  std::atomic<std::uint64_t> overweight{0};
  std::uint64_t miscounted = 0;
  std::uint64_t unaccounted = 0;
  std::uint64_t unheard = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    constexpr std::uint64_t capacity = 40;
    std::atomic<std::uint64_t> heard{0};
    Cache* self = nullptr;
    const auto cache =
        subject.make({.capacity = capacity, .on_removal = [&](std::string_view key, std::string_view, RemovalCause) {
                        std::string ignored;
                        if (++heard % 64 == 0) self->get(key, 0, ignored);
                      }});
    self = cache.get();
    std::atomic<std::uint64_t> asked{0};
    run_threads(std::max(options.threads, 2), [&](int thread) {
      std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
      std::string value;
      for (int i = 0; i < 400; ++i) {
        const std::string key = std::to_string(random() % 60);
        const std::uint64_t drawn = random() % 8;
        if (drawn == 0) {
          cache->erase(key, i);
        } else if (drawn < 4) {
          cache->put(key, "v", random() % 5, random() % 4 == 0 ? 20 : forever, i);
        } else {
          cache->get(key, i, value);
          ++asked;
        }
        if (i % 16 == 0 && cache->size().weight > capacity) ++overweight;
      }
    });
    const Stats stats = cache->stats();
    const std::uint64_t removed = stats.evicted + stats.expired + stats.replaced + stats.erased;
    if (stats.hits + stats.misses != asked + heard / 64) ++miscounted;
    if (stats.stored - removed != cache->size().entries) ++unaccounted;
    if (heard != removed) ++unheard;
    gets += asked;
    return miscounted == 0 && unaccounted == 0 && unheard == 0 && overweight == 0;
  });
  report.add("gets", gets, Expectation::required, "while others put, erased and evicted");
  report.add("gets miscounted", miscounted, Expectation::forbidden, "hits and misses do not make the gets");
  report.add("entries unaccounted", unaccounted, Expectation::forbidden, "stored less removed is not what is there");
  report.add("removals unheard", unheard, Expectation::forbidden, "the listener was not told of each exactly once");
  report.add("overweight", overweight, Expectation::forbidden, "the entries weighed more than the capacity");
  return report;
}
const bool accounting_registered = register_attack<Cache>(
    {"accounting", "every get, entry and removal is accounted for, with a listener that calls back",
     attack_accounting});

const bool system_registered = register_stress_system<Cache>("cache");

}  // namespace
}  // namespace contend::cache
