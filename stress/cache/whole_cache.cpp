// The whole interface of caches on a few keys with too little room: loads that hit, miss, throw and are overtaken, puts,
// erases and cleanups, and a listener who must be told of each value that leaves once, and of nothing else.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "impls/cache/cache.hpp"
#include "impls/sync/mutex.hpp"
#include "stress/cache/whole_cache_model.hpp"
#include "stress/driver/attack.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"
#include "stress/round/shared_exception.hpp"

namespace contend::cache {
namespace {

constexpr Sized whole_keys{.full = 4, .small = {2, 3}};
constexpr Sized whole_capacity{.full = 6, .small = {3, 4}};
constexpr std::size_t usual_removals = 1024;
constexpr Sized whole_calls{.full = 80, .small = {2, 6}};
constexpr std::uint64_t heaviest = 3;  // no entry is too heavy
constexpr std::uint64_t longest_ttl_ns = 6;

std::string describe(const WholeCall& call) {
  static constexpr std::array names{"get", "put", "erase", "get_or_load", "cleanup"};
  return fmt::format("{} {}(key {}, now {}, ttl {}) -> {}, value {}", names[static_cast<std::size_t>(call.kind)],
                     call.number, call.key, call.now_ns, call.ttl_ns == forever ? -1 : call.ttl_ns,
                     to_string(call.status), call.value);
}

struct LoadFailed : std::runtime_error {
  explicit LoadFailed(std::uint32_t of) : std::runtime_error("the row cannot be read"), number(of) {}
  std::uint32_t number;
};

struct Removal {
  std::string key;
  std::uint32_t value = 0;
  RemovalCause cause = RemovalCause::evicted;
};

std::uint32_t number_of(std::string_view value) {
  return static_cast<std::uint32_t>(std::stoul(std::string(value)));
}
std::string key_text(std::uint8_t key) {
  return {static_cast<char>('a' + key)};
}

// Makes the calls of a round on a cache with too little room.
class WholeCache {
 public:
  WholeCache(const Subject<Cache>& subject, Round& round)
      : keys_(static_cast<std::uint64_t>(round.size(whole_keys))),
        cache_(subject.make({.capacity = static_cast<std::uint64_t>(round.size(whole_capacity)),
                             .on_removal = [this](std::string_view key, std::string_view value, RemovalCause cause) {
                               const MutexLock lock(mutex_);
                               removals_.push_back({std::string(key), number_of(value), cause});
                             }})) {
    const MutexLock lock(mutex_);
    removals_.reserve(usual_removals);  // who listens does not fail where memory is short
  }

  void call(std::uint32_t number, std::mt19937_64& random, WholeCall& call) {
    call.number = number;
    call.key = static_cast<std::uint8_t>(random() % keys_);
    call.now_ns = random() % 8 == 0 ? clock_ns_.fetch_add(1) : clock_ns_.load();
    call.ttl_ns = random() % 4 == 0 ? static_cast<DurationNs>(1 + random() % longest_ttl_ns) : forever;
    const std::string key = key_text(call.key);
    const std::uint64_t weight = 1 + random() % heaviest;
    const std::uint64_t drawn = random() % 16;
    if (drawn < 3) {
      std::string value;
      call.status = cache_->get(key, call.now_ns, value);
      if (call.status == Status::hit) call.value = number_of(value);
    } else if (drawn < 7) {
      call.kind = WholeCall::Kind::put;
      call.status = cache_->put(key, std::to_string(number), weight, call.ttl_ns, call.now_ns);
    } else if (drawn < 9) {
      call.kind = WholeCall::Kind::erase;
      call.status = cache_->erase(key, call.now_ns);
    } else if (drawn < 15) {
      load(key, weight, random() % 4 == 0, call);
    } else {
      call.kind = WholeCall::Kind::cleanup;
      cache_->cleanup(keys_, call.now_ns);
    }
  }

  // Empties the cache: whatever was there has been told when it returns.
  void erase_all() {
    for (std::uint8_t key = 0; key < keys_; ++key) cache_->erase(key_text(key), clock_ns_);
  }

  std::vector<Removal> removals() const {
    const MutexLock lock(mutex_);
    return removals_;
  }
  std::uint64_t keys() const { return keys_; }
  Stats stats() const { return cache_->stats(); }
  Size size() { return cache_->size(); }

 private:
  void load(const std::string& key, std::uint64_t weight, bool fails, WholeCall& call) {
    call.kind = WholeCall::Kind::load;
    const auto loader = [&](std::string_view) {
      call.load_begin = ticks_before_call();
      std::this_thread::yield();
      call.load_end = ticks_after_call();
      if (fails) throw LoadFailed(call.number);
      return std::to_string(call.number);
    };
    try {
      std::string value;
      call.status = cache_->get_or_load(key, weight, call.ttl_ns, call.now_ns, loader, value);
      call.value = number_of(value);
    } catch (const LoadFailed& failed) {
      call.thrown = read_shared_exception(failed, [](const LoadFailed& shared) { return shared.number; });
    }
  }

  const std::uint64_t keys_;
  std::atomic<TimeNs> clock_ns_{0};
  mutable Mutex mutex_{{"removals told", 0}};
  std::vector<Removal> removals_ GUARDED_BY(mutex_);
  const std::unique_ptr<Cache> cache_;  // last: it tells of removals until it is gone
};

using Calls = std::vector<Timed<WholeCall>>;

bool overlap(const Timed<WholeCall>& a, const Timed<WholeCall>& b) {
  return a.begin <= b.end && b.begin <= a.end;
}
// The call that put or loaded this value; null: nobody did.
const Timed<WholeCall>* origin_of(const Calls& calls, std::uint32_t value, std::uint8_t key) {
  const auto place = std::ranges::find_if(calls, [&](const Timed<WholeCall>& timed) {
    const WholeCall& call = timed.operation;
    return call.number == value && call.key == key &&
           (call.kind == WholeCall::Kind::put || (call.load_begin != 0 && call.thrown == 0));
  });
  return place == calls.end() ? nullptr : &*place;
}

// Whether a put or erase of its key began and ended while its loader ran: what it loaded must not be kept.
bool was_overtaken(const Calls& calls, const Timed<WholeCall>& load) {
  return std::ranges::any_of(calls, [&](const Timed<WholeCall>& timed) {
    const WholeCall& call = timed.operation;
    return call.key == load.operation.key &&
           (call.kind == WholeCall::Kind::put || call.kind == WholeCall::Kind::erase) &&
           timed.begin > load.operation.load_begin && timed.end < load.operation.load_end;
  });
}

// What callers of get_or_load were answered.
void judge_loads(Round& round, const Calls& calls, const Stats& stats) {
  Outcomes::Counter& loads = round.required("loads", "begun by threads that missed");
  Outcomes::Counter& thrown = round.allowed("loads that threw", "all who waited were told");
  Outcomes::Counter& overtaken = round.allowed("loads overtaken", "a put or erase came and went while a loader ran");
  Outcomes::Counter& strange = round.forbidden("strange exceptions", "thrown by no loader of that key at that time");
  Outcomes::Counter& kept = round.forbidden("overtaken loads kept", "a hit on what was put over or erased meanwhile");
  Outcomes::Counter& miscounted = round.forbidden("loads miscounted", "the statistics tell of others");
  std::uint64_t looks = 0;
  std::uint64_t begun = 0;
  std::uint64_t failed = 0;
  for (const Timed<WholeCall>& timed : calls) {
    const WholeCall& call = timed.operation;
    looks += call.kind == WholeCall::Kind::get || call.kind == WholeCall::Kind::load ? 1 : 0;
    begun += call.load_begin != 0 ? 1 : 0;
    failed += call.load_begin != 0 && call.thrown == call.number ? 1 : 0;
    if (call.load_begin != 0 && was_overtaken(calls, timed)) ++overtaken;
    if (call.thrown != 0 && call.thrown != call.number &&
        std::ranges::none_of(calls, [&](const Timed<WholeCall>& other) {
          return other.operation.number == call.thrown && other.operation.key == call.key && overlap(timed, other);
        })) {
      ++strange;
    }
    if (call.status != Status::hit) continue;
    const Timed<WholeCall>* origin = origin_of(calls, call.value, call.key);
    if (origin != nullptr && origin->operation.kind == WholeCall::Kind::load && was_overtaken(calls, *origin)) ++kept;
  }
  loads.add(begun);
  thrown.add(failed);
  if (stats.hits + stats.misses != looks || stats.loads != begun || stats.failed_loads != failed) ++miscounted;
}

// What the listener was told, when the cache has been emptied.
void judge_removals(Round& round, const Calls& calls, const std::vector<Removal>& removals) {
  Outcomes::Counter& told = round.required("removals told", "by the four causes");
  Outcomes::Counter& evicted = round.allowed("evictions told", "there was too little room");
  Outcomes::Counter& strange = round.forbidden("strange removals", "of a value that nobody has put under that key");
  Outcomes::Counter& twice = round.forbidden("removals told twice", "of one value");
  Outcomes::Counter& untold = round.forbidden("removals untold", "a value was put and is gone, and nobody was told");
  Outcomes::Counter& wrong_cause =
      round.forbidden("wrong causes", "replaced or erased by no call, or expired too early");
  std::vector<std::uint32_t> values;
  std::array<std::int64_t, 4> by_cause{};
  for (const Removal& removal : removals) {
    values.push_back(removal.value);
    ++by_cause[static_cast<std::size_t>(removal.cause)];
    const auto* origin = origin_of(calls, removal.value, static_cast<std::uint8_t>(removal.key[0] - 'a'));
    if (origin == nullptr) {
      ++strange;
    } else if (removal.cause == RemovalCause::expired && origin->operation.ttl_ns == forever) {
      ++wrong_cause;
    }
  }
  told.add(removals.size());
  evicted.add(static_cast<std::uint64_t>(by_cause[static_cast<std::size_t>(RemovalCause::evicted)]));
  std::ranges::sort(values);
  if (std::ranges::adjacent_find(values) != values.end()) ++twice;
  std::int64_t replacements = 0;
  for (const Timed<WholeCall>& timed : calls) {
    const WholeCall& call = timed.operation;
    if (call.kind != WholeCall::Kind::put) continue;
    replacements += call.status == Status::replaced ? 1 : 0;
    if (!std::ranges::binary_search(values, call.number)) ++untold;
  }
  if (by_cause[static_cast<std::size_t>(RemovalCause::replaced)] != replacements) ++wrong_cause;
}

// The calls on one key that the register explains: those whose answer came from a load in flight have their own rules.
Calls of_register(const Calls& calls, std::uint8_t key) {
  Calls history;
  for (const Timed<WholeCall>& timed : calls) {
    const WholeCall& call = timed.operation;
    if (call.key != key || call.kind == WholeCall::Kind::cleanup || call.thrown != 0) continue;
    if (call.status == Status::joined) {
      const Timed<WholeCall>* origin = origin_of(calls, call.value, key);
      if (origin != nullptr && origin->operation.kind == WholeCall::Kind::load && overlap(timed, *origin)) continue;
    }
    // Not kept: only those who waited for it have it.
    if (call.status == Status::loaded && was_overtaken(calls, timed)) continue;
    history.push_back(timed);
  }
  return history;
}

void round_of_the_whole(const Subject<Cache>& subject, Round& round) {
  WholeCache cache(subject, round);
  const Calls calls = record_calls<WholeCall>(round, round.threads(2), round.size(whole_calls),
                                              [&](int, std::uint32_t number, std::mt19937_64& random, WholeCall& call) {
                                                cache.call(number, random, call);
                                                round.count_operation();
                                              });
  judge_loads(round, calls, cache.stats());
  cache.erase_all();
  judge_removals(round, calls, cache.removals());
  for (std::uint8_t key = 0; key < cache.keys(); ++key) {
    judge_history<ForgetfulModel>(round, of_register(calls, key), describe);
  }
}
const bool whole_registered = register_attack<Cache>(
    {"whole_cache", "loads, puts and erases with too little room; each value that leaves is told once",
     round_of_the_whole, [](const Guarantees& guarantees) { return guarantees.offered.has_all(); }});

}  // namespace
}  // namespace contend::cache
