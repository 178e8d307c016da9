// Attacks on key/value stores: what many keys show at one instant.

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "stress/driver/attack.hpp"

namespace contend::kv_store {
namespace {

auto needing(std::initializer_list<Part> parts) {
  return [parts = std::vector<Part>(parts)](const Guarantees& guarantees) {
    return std::ranges::all_of(parts, [&](Part part) { return guarantees.offered.has(part); });
  };
}

// --- instants: money moves between keys, so every view at one instant has the same sum ---

constexpr Sized purses{.full = 8, .small = {2, 3}};
constexpr Sized instant_steps{.full = 300, .small = {2, 5}};
constexpr int purse_start = 100;

std::string purse(std::uint64_t index) {
  return "purse/" + std::to_string(index);
}

int sum_of(const std::vector<Entry>& entries) {
  int sum = 0;
  for (const Entry& entry : entries) sum += std::stoi(entry.value);
  return sum;
}

bool move_money(Store& store, std::uint64_t keys, std::mt19937_64& random) {
  const auto transaction = store.begin(0);
  // Half of the money goes to and fro between the same two keys: there cycles of waiting close.
  const std::uint64_t among = random() % 2 == 0 ? 2 : keys;
  const std::uint64_t drawn = random() % among;
  const std::string from = purse(drawn);
  const std::string to = purse((drawn + 1 + random() % (among - 1)) % among);
  std::string value;
  if (transaction->get(from, value).status != Status::ok) return false;
  const int left = std::stoi(value) - 1;
  if (transaction->get(to, value).status != Status::ok) return false;
  const int right = std::stoi(value) + 1;
  transaction->set(from, std::to_string(left), forever);
  transaction->set(to, std::to_string(right), forever);
  return transaction->commit() == Status::ok;
}

struct InstantOutcomes {
  Round& round;
  bool exact_scans;
  Outcomes::Counter& commits = round.required("transfers committed", "two keys changed as one");
  Outcomes::Counter& snapshots = round.required("snapshots", "taken while transfers ran");
  Outcomes::Counter& torn_snapshots = round.forbidden("torn snapshots", "a snapshot mixed two instants");
  Outcomes::Counter& moving_snapshots = round.forbidden("moving snapshots", "a snapshot changed after it was taken");
  Outcomes::Counter& scans = round.required("scans", "run while transfers ran");
  Outcomes::Counter& torn_scans = round.forbidden_if(exact_scans, "torn scans", "a scan mixed two instants");
  Outcomes::Counter& dirty = round.forbidden("dirty scans", "a scan saw a write of a transaction that never committed");
};

// A transaction that never commits must never show.
void write_and_roll_back(Store& store) {
  const auto transaction = store.begin(0);
  transaction->set("purse/never", "1000000", forever);
  transaction->rollback();
}

void look_at_purses(Store& store, std::size_t keys, InstantOutcomes& seen) {
  const int sum = static_cast<int>(keys) * purse_start;
  std::vector<Entry> entries;
  std::vector<Entry> again;
  store.scan("purse/", 2 * keys, 0, entries);
  ++seen.scans;
  if (entries.size() != keys) {
    ++seen.dirty;
  } else if (sum_of(entries) != sum) {
    ++seen.torn_scans;
  }
  const auto snapshot = store.snapshot(0);
  snapshot->scan("purse/", 2 * keys, entries);
  std::this_thread::yield();
  snapshot->scan("purse/", 2 * keys, again);
  ++seen.snapshots;
  if (entries.size() == keys && sum_of(entries) != sum) ++seen.torn_snapshots;
  if (entries != again) ++seen.moving_snapshots;
}

void round_of_instants(const Subject<Store>& subject, Round& round) {
  InstantOutcomes seen(round, subject.guarantees.scan == ScanGuarantee::snapshot);
  const auto keys = static_cast<std::uint64_t>(round.size(purses));
  const int steps = round.size(instant_steps);
  const auto store = subject.make({});
  for (std::uint64_t i = 0; i < keys; ++i) store->set(purse(i), std::to_string(purse_start), forever, 0);
  // One thread in four looks; two at least move money, so that their commits can get into each other's way.
  round.run_threads(round.threads(3), [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < steps; ++i) {
      if (thread % 4 != 0) {
        if (move_money(*store, keys, random)) ++seen.commits;
        round.count_operation();
        continue;
      }
      if (i % 8 == 0) write_and_roll_back(*store);
      look_at_purses(*store, keys, seen);
    }
  });
}
const bool instants_registered =
    register_attack<Store>({"instants", "snapshots, scans and commits each happen at one instant", round_of_instants,
                            needing({Part::transactions, Part::snapshots, Part::scan})});

// --- isolation: two keys of which one must stay on; each thread checks both and switches one off ---

constexpr Sized isolation_repeats{.full = 200, .small = {1, 1}};

struct IsolationOutcomes {
  Outcomes::Counter& pairs;
  Outcomes::Counter& skew;
  Outcomes::Counter& lost_updates;
};

void switch_off(Store& store, int thread) {
  const auto transaction = store.begin(0);
  std::string left;
  std::string right;
  transaction->get("left", left);
  std::this_thread::yield();
  transaction->get("right", right);
  if (left == "on" && right == "on") transaction->set(thread == 0 ? "left" : "right", "off", forever);
  transaction->commit();
}

bool count_one_more(Store& store) {
  const auto transaction = store.begin(0);
  std::string count;
  transaction->get("count", count);
  std::this_thread::yield();
  transaction->set("count", std::to_string(std::stoi(count) + 1), forever);
  return transaction->commit() == Status::ok;
}

void skew_once(const Subject<Store>& subject, Round& round, IsolationOutcomes& seen) {
  const auto store = subject.make({});
  store->set("left", "on", forever, 0);
  store->set("right", "on", forever, 0);
  store->set("count", "0", forever, 0);
  std::atomic<int> counted{0};
  round.run_threads(2, [&](int thread) {
    switch_off(*store, thread);
    if (count_one_more(*store)) ++counted;
  });
  std::string left;
  std::string right;
  std::string count;
  store->get("left", 0, left);
  store->get("right", 0, right);
  store->get("count", 0, count);
  if (left == "off" && right == "off") ++seen.skew;
  if (std::stoi(count) != counted) ++seen.lost_updates;
  ++seen.pairs;
}

void round_of_isolation(const Subject<Store>& subject, Round& round) {
  IsolationOutcomes seen{
      round.required("pairs", "two transactions each read both keys and wrote one"),
      round.forbidden_if(subject.guarantees.isolation == Isolation::serializable, "write skew",
                         "both committed although one at a time the second would have seen the first"),
      round.forbidden("lost updates", "two increments were committed and one counted")};
  for (int left = round.size(isolation_repeats); left > 0 && !round.illegal(); --left) skew_once(subject, round, seen);
}
const bool isolation_registered = register_attack<Store>(
    {"isolation", "transactions keep the isolation they claim", round_of_isolation, needing({Part::transactions})});

// --- commits: a commit is one instant, also for readers of single keys ---

constexpr Sized commits_made{.full = 200, .small = {1, 4}};
constexpr Sized reads_of_each{.full = 2'000'000, .small = {2, 6}};  // at most: readers end with the writer

void round_of_commits(const Subject<Store>& subject, Round& round) {
  Outcomes::Counter& pairs = round.required("pairs of reads", "of two keys that are always written together");
  Outcomes::Counter& torn = round.forbidden("torn commits", "one write of a commit was seen before the other");
  const int commits = round.size(commits_made);
  const int most_reads = round.size(reads_of_each);
  const auto store = subject.make({});
  store->set("first", "0", forever, 0);
  store->set("second", "0", forever, 0);
  std::atomic<bool> done{false};
  round.run_threads(round.threads(2), [&](int thread) {
    if (thread == 0) {
      for (int i = 1; i <= commits; ++i) {
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
    for (int reads = 0; reads < most_reads; ++reads) {
      store->get(first_then_second ? "first" : "second", 0, before);
      store->get(first_then_second ? "second" : "first", 0, after);
      ++pairs;
      if (std::stoi(after) < std::stoi(before)) ++torn;
      if (done) break;
    }
  });
}
const bool commits_registered =
    register_attack<Store>({"commits", "a commit is one instant, also for readers of single keys", round_of_commits,
                            needing({Part::transactions})});

const bool system_registered = register_stress_system<Store>("kv_store");

}  // namespace
}  // namespace contend::kv_store
