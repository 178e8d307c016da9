// Attacks on key/value stores.

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "stress/linearizability/checker.hpp"
#include "stress/linearizability/recording.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::kv_store {
namespace {

enum class PointCall : std::uint8_t { get, set, put_if_absent, compare_and_set, erase, expire };

struct PointOperation {
  PointCall call = PointCall::get;
  std::uint8_t key = 0;
  TimeNs now_ns = 0;
  DurationNs ttl_ns = forever;
  Version expected = 0;
  std::uint32_t value = 0;  // written, or read
  Answer answer;
};

// One key of the store, as the interface describes it. Versions need not be known in advance: a write may answer with
// any version greater than all before.
struct KeyModel {
  using Operation = PointOperation;
  struct State {
    Version live = 0;  // 0: absent
    Version last = 0;  // greatest version ever
    std::uint32_t value = 0;
    TimeNs deadline_ns = never;
  };

  State initial() const { return {}; }

  bool step(State& state, const PointOperation& op) const {
    if (state.live != 0 && !is_alive(state.deadline_ns, op.now_ns)) state.live = 0;
    const Answer& answer = op.answer;
    if (op.call == PointCall::expire) return true;
    if (answer.previous != state.live) return false;
    switch (op.call) {
      case PointCall::get:
        if (state.live == 0) return answer.status == Status::absent;
        return answer.status == Status::ok && answer.version == state.live && op.value == state.value;
      case PointCall::put_if_absent:
        if (state.live != 0) return answer.status == Status::exists && answer.version == state.live;
        break;
      case PointCall::compare_and_set:
        if (state.live != op.expected) {
          return answer.status == Status::version_mismatch && answer.version == state.live;
        }
        break;
      case PointCall::erase:
        if (state.live == 0) return answer.status == Status::absent;
        state.live = 0;
        return answer.status == Status::ok && answer.version == 0;
      default:
        break;
    }
    if (answer.status != Status::ok || answer.version <= state.last) return false;
    state = {answer.version, answer.version, op.value, deadline_after(op.now_ns, op.ttl_ns)};
    return true;
  }

  // A call that found nothing alive may have been the one that removed what had expired.
  bool only_looks(const PointOperation& op) const {
    const bool found = op.answer.version != 0 && op.answer.version == op.answer.previous;
    return found && (op.call == PointCall::get || op.answer.status != Status::ok);
  }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(state.live) ^ mix_bits(state.last + 77) ^ mix_bits(state.value + 1234567) ^
           mix_bits(static_cast<std::uint64_t>(state.deadline_ns) + 99);
  }
};

std::string describe(const PointOperation& op) {
  static constexpr std::array names{"get", "set", "put_if_absent", "compare_and_set", "erase", "expire"};
  return fmt::format("{}(key {}, now {}, ttl {}, expected {}, value {}) -> {} version {} previous {}",
                     names[static_cast<std::size_t>(op.call)], op.key, op.now_ns, op.ttl_ns == forever ? -1 : op.ttl_ns,
                     op.expected, op.value, to_string(op.answer.status), op.answer.version, op.answer.previous);
}

constexpr int point_keys = 3;
constexpr int calls_per_thread = 400;
constexpr std::uint64_t longest_ttl_ns = 6;

// Draws and runs one call against the store; the draw depends on nothing but the thread's own random numbers.
void call_store(Store& store, std::mt19937_64& random, std::atomic<TimeNs>& clock_ns, Version& seen,
                std::uint32_t value, PointOperation& op) {
  op.call = static_cast<PointCall>(random() % 6);
  if (op.call == PointCall::expire && random() % 4 != 0) op.call = PointCall::get;
  op.key = static_cast<std::uint8_t>(random() % point_keys);
  const TimeNs latest_ns = random() % 8 == 0 ? clock_ns.fetch_add(1) : clock_ns.load();
  // Half of the calls come late by up to longest_ttl_ns: what they write may have expired for everybody else, which
  // otherwise only a thread that was held up between its look at the clock and its call would bring about.
  const std::uint64_t late_ns = random() % 2 == 0 ? random() % longest_ttl_ns : 0;
  op.now_ns = std::max<TimeNs>(latest_ns - static_cast<TimeNs>(late_ns), 0);
  op.ttl_ns = random() % 3 == 0 ? static_cast<DurationNs>(1 + random() % longest_ttl_ns) : forever;
  op.value = value;
  const std::string key(1, static_cast<char>('a' + op.key));
  const std::string text = std::to_string(value);
  std::string read;
  switch (op.call) {
    case PointCall::get:
      op.answer = store.get(key, op.now_ns, read);
      op.value = op.answer.status == Status::ok ? static_cast<std::uint32_t>(std::stoul(read)) : 0;
      break;
    case PointCall::set:
      op.answer = store.set(key, text, op.ttl_ns, op.now_ns);
      break;
    case PointCall::put_if_absent:
      op.answer = store.put_if_absent(key, text, op.ttl_ns, op.now_ns);
      break;
    case PointCall::compare_and_set:
      op.expected = random() % 4 == 0 ? 0 : seen;
      op.answer = store.compare_and_set(key, op.expected, text, op.ttl_ns, op.now_ns, read);
      break;
    case PointCall::erase:
      op.answer = store.erase(key, op.now_ns);
      break;
    case PointCall::expire:
      // A budget for all keys: a smaller one may leave any of them, and the model takes every expiry for done.
      store.expire(point_keys, op.now_ns);
      break;
  }
  if (op.answer.version != 0) seen = op.answer.version;
}

// Records point operations on few keys and checks them key by key. A call of expire may concern every key.
AttackReport attack_points(const Subject<Store>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t operations = 0;
  std::uint64_t unknown = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    const auto store = subject.make({});
    std::atomic<TimeNs> clock_ns{0};
    std::vector<Version> seen(static_cast<std::size_t>(options.threads));
    const auto all = record_calls<PointOperation>(
        options.threads, calls_per_thread, seed,
        [&](int thread, std::uint32_t number, std::mt19937_64& random, PointOperation& op) {
          call_store(*store, random, clock_ns, seen[static_cast<std::size_t>(thread)], number, op);
        });
    for (std::uint8_t key = 0; key < point_keys; ++key) {
      std::vector<Timed<PointOperation>> of_key;
      std::ranges::copy_if(all, std::back_inserter(of_key), [&](const Timed<PointOperation>& timed) {
        return timed.operation.key == key || timed.operation.call == PointCall::expire;
      });
      operations += of_key.size();
      const CheckResult result = LinearizabilityChecker<KeyModel>().check(of_key);
      if (result.verdict == Verdict::illegal)
        report.conclude(Verdict::illegal, explain_illegal<KeyModel>(of_key, seed, describe));
      if (result.verdict == Verdict::unknown) ++unknown;
    }
    return report.verdict != Verdict::illegal;
  });
  report.add("point operations", operations, Expectation::required, "recorded and checked key by key");
  report.add("keys left undecided", unknown, Expectation::allowed, "the checker ran out of steps");
  if (unknown > 0) report.conclude(Verdict::unknown, "some histories were too hard to decide");
  return report;
}
const bool points_registered =
    register_attack<Store>({"point_operations", "single-key operations with expiry are linearizable", attack_points});

// --- many keys: money moves between keys, so every view at one instant has the same sum ---

constexpr int purse_keys = 8;
constexpr int purse_start = 100;

std::string purse(std::uint64_t index) {
  return "purse/" + std::to_string(index % purse_keys);
}

int sum_of(const std::vector<Entry>& entries) {
  int sum = 0;
  for (const Entry& entry : entries) sum += std::stoi(entry.value);
  return sum;
}

bool move_money(Store& store, std::mt19937_64& random) {
  const auto transaction = store.begin(0);
  // Half of the money goes to and fro between the same two keys: there circles of waiting close.
  const std::uint64_t among = random() % 2 == 0 ? 2 : purse_keys;
  const std::string from = purse(random() % among);
  const std::string to = purse(random() % among);
  std::string value;
  if (from == to || transaction->get(from, value).status != Status::ok) return false;
  const int left = std::stoi(value) - 1;
  if (transaction->get(to, value).status != Status::ok) return false;
  const int right = std::stoi(value) + 1;
  transaction->set(from, std::to_string(left), forever);
  transaction->set(to, std::to_string(right), forever);
  return transaction->commit() == Status::ok;
}

AttackReport attack_instants(const Subject<Store>& subject, const AttackOptions& options) {
  AttackReport report;
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> snapshots{0};
  std::atomic<std::uint64_t> torn_snapshots{0};
  std::atomic<std::uint64_t> moving_snapshots{0};
  std::atomic<std::uint64_t> scans{0};
  std::atomic<std::uint64_t> torn_scans{0};
  std::atomic<std::uint64_t> dirty{0};
  repeat_rounds(options, [&](std::uint64_t seed) {
    const auto store = subject.make({});
    for (std::uint64_t i = 0; i < purse_keys; ++i) store->set(purse(i), std::to_string(purse_start), forever, 0);
    run_threads(std::max(options.threads, 2), [&](int thread) {
      std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
      std::vector<Entry> entries;
      std::vector<Entry> again;
      for (int i = 0; i < 300; ++i) {
        if (thread % 4 != 0) {
          commits += move_money(*store, random) ? 1 : 0;
          options.count_operation();
          continue;
        }
        if (i % 8 == 0) {  // a transaction that never commits must never show
          const auto transaction = store->begin(0);
          transaction->set("purse/9", "1000000", forever);
          transaction->rollback();
        }
        store->scan("purse/", 100, 0, entries);
        ++scans;
        const bool seen_dirty = entries.size() != purse_keys;
        dirty += seen_dirty ? 1 : 0;
        if (!seen_dirty && sum_of(entries) != purse_keys * purse_start) ++torn_scans;
        const auto snapshot = store->snapshot(0);
        snapshot->scan("purse/", 100, entries);
        std::this_thread::yield();
        snapshot->scan("purse/", 100, again);
        ++snapshots;
        if (entries.size() == purse_keys && sum_of(entries) != purse_keys * purse_start) ++torn_snapshots;
        if (entries != again) ++moving_snapshots;
      }
    });
    return torn_snapshots == 0 && dirty == 0;
  });
  const bool exact = subject.guarantees.scan == ScanGuarantee::snapshot;
  report.add("transfers committed", commits, Expectation::required, "two keys changed as one");
  report.add("snapshots", snapshots, Expectation::required, "taken while transfers ran");
  report.add("torn snapshots", torn_snapshots, Expectation::forbidden, "a snapshot mixed two instants");
  report.add("moving snapshots", moving_snapshots, Expectation::forbidden, "a snapshot changed after it was taken");
  report.add("scans", scans, Expectation::required, "run while transfers ran");
  report.add("torn scans", torn_scans, exact ? Expectation::forbidden : Expectation::allowed,
             "a scan mixed two instants");
  report.add("dirty scans", dirty, Expectation::forbidden, "a scan saw a write of a transaction that never committed");
  return report;
}
const bool instants_registered =
    register_attack<Store>({"instants", "snapshots, scans and commits each happen at one instant", attack_instants});

// --- isolation: two keys of which one must stay on; each thread checks both and switches one off ---

AttackReport attack_write_skew(const Subject<Store>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t rounds = 0;
  std::uint64_t both_off = 0;
  std::atomic<std::uint64_t> lost_updates{0};
  repeat_rounds(options, [&](std::uint64_t) {
    for (int i = 0; i < 200; ++i) {
      const auto store = subject.make({});
      store->set("left", "on", forever, 0);
      store->set("right", "on", forever, 0);
      store->set("count", "0", forever, 0);
      std::atomic<int> counted{0};
      run_threads(2, [&](int thread) {
        {
          const auto transaction = store->begin(0);
          std::string left;
          std::string right;
          transaction->get("left", left);
          std::this_thread::yield();
          transaction->get("right", right);
          if (left == "on" && right == "on") transaction->set(thread == 0 ? "left" : "right", "off", forever);
          transaction->commit();
        }
        const auto transaction = store->begin(0);
        std::string count;
        transaction->get("count", count);
        std::this_thread::yield();
        transaction->set("count", std::to_string(std::stoi(count) + 1), forever);
        if (transaction->commit() == Status::ok) ++counted;
      });
      std::string left;
      std::string right;
      std::string count;
      store->get("left", 0, left);
      store->get("right", 0, right);
      store->get("count", 0, count);
      if (left == "off" && right == "off") ++both_off;
      if (std::stoi(count) != counted) ++lost_updates;
      ++rounds;
    }
    return true;
  });
  const bool serializable = subject.guarantees.isolation == Isolation::serializable;
  report.add("rounds", rounds, Expectation::required, "two transactions each read both keys and wrote one");
  report.add("write skew", both_off, serializable ? Expectation::forbidden : Expectation::allowed,
             "both committed although one at a time the second would have seen the first");
  report.add("lost updates", lost_updates, Expectation::forbidden, "two increments were committed and one counted");
  return report;
}
const bool skew_registered =
    register_attack<Store>({"isolation", "transactions keep the isolation they claim", attack_write_skew});

// --- a commit is one instant, also for readers of single keys ---

AttackReport attack_commits(const Subject<Store>& subject, const AttackOptions& options) {
  AttackReport report;
  constexpr int commits_per_round = 200;
  std::atomic<std::uint64_t> pairs{0};
  std::atomic<std::uint64_t> torn{0};
  repeat_rounds(options, [&](std::uint64_t) {
    const auto store = subject.make({});
    store->set("first", "0", forever, 0);
    store->set("second", "0", forever, 0);
    std::atomic<bool> done{false};
    run_threads(std::max(options.threads, 2), [&](int thread) {
      if (thread == 0) {
        for (int i = 1; i <= commits_per_round; ++i) {
          const auto transaction = store->begin(0);
          transaction->set("first", std::to_string(i), forever);
          transaction->set("second", std::to_string(i), forever);
          transaction->commit();
        }
        done = true;
        return;
      }
      // Read in either order: what one key shows of a commit, the other must show a moment later.
      const bool first_then_second = thread % 2 == 0;
      std::string before;
      std::string after;
      do {
        store->get(first_then_second ? "first" : "second", 0, before);
        store->get(first_then_second ? "second" : "first", 0, after);
        ++pairs;
        if (std::stoi(after) < std::stoi(before)) ++torn;
      } while (!done);
    });
    return torn == 0;
  });
  report.add("pairs of reads", pairs, Expectation::required, "of two keys that are always written together");
  report.add("torn commits", torn, Expectation::forbidden, "one write of a commit was seen before the other");
  return report;
}
const bool commits_registered =
    register_attack<Store>({"commits", "a commit is one instant, also for readers of single keys", attack_commits});

const bool system_registered = register_stress_system<Store>("kv_store");

}  // namespace
}  // namespace contend::kv_store
