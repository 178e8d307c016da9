// The whole interface of key/value stores as one history of a few keys: point operations, scans, sizes, snapshots and
// transactions, with expiry. What a design does not promise to be one instant is judged in as many as it may have.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "stress/driver/attack.hpp"
#include "stress/kv_store/whole_store_instants.hpp"
#include "stress/kv_store/whole_store_model.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"

namespace contend::kv_store {
namespace {

using Call = WholeOperation::Call;

constexpr Sized whole_keys{.full = 3, .small = {2, 3}};
constexpr Sized whole_calls{.full = 20, .small = {2, 6}};
constexpr int most_steps = 3;  // of a transaction
constexpr std::uint64_t longest_ttl_ns = 6;
constexpr std::size_t no_limit = 100;

struct WholeOutcomes {
  Round& round;
  Outcomes::Counter& scans = round.required("scans", "of a prefix, some with a limit");
  Outcomes::Counter& snapshots = round.required("snapshots", "read at once, or when all threads had ended");
  Outcomes::Counter& commits = round.required("transactions committed", "of up to three steps");
  Outcomes::Counter& conflicts = round.allowed("transactions refused", "what they had read had changed");
  Outcomes::Counter& malformed =
      round.forbidden("malformed scans", "entries out of order, twice, beyond the limit or the prefix");
  Outcomes::Counter& at_odds = round.forbidden("snapshots at odds", "get and scan of one snapshot did not agree");
  Outcomes::Counter& own_unseen = round.forbidden("own writes unseen", "a transaction did not see what it had written");
  Outcomes::Counter& oversized =
      round.forbidden("sizes at odds", "more keys alive than there are, or than are resident");
};

std::string key_text(std::size_t key) {
  return std::string("k/") + static_cast<char>('a' + key);
}
std::uint32_t number_of(const std::string& value) {
  return static_cast<std::uint32_t>(std::stoul(value));
}

std::string describe(const WholeOperation& op) {
  static constexpr std::array names{"get",   "set",   "put_if_absent", "compare_and_set",
                                    "erase", "count", "sweep",         "instant"};
  std::string text = fmt::format("{}(now {}", names[static_cast<std::size_t>(op.call)], op.now_ns);
  if (op.call == Call::count) return text + fmt::format(") -> {} alive", op.live);
  for (const SeenKey& seen : op.seen) {
    text += seen.present ? fmt::format(", sees {}: {} version {}", key_text(seen.key), seen.value, seen.version)
                         : fmt::format(", sees no {}", key_text(seen.key));
  }
  for (const WrittenKey& written : op.written) {
    text += written.erase ? fmt::format(", erases {}", key_text(written.key))
                          : fmt::format(", sets {}: {} ttl {}", key_text(written.key), written.value,
                                        written.ttl_ns == forever ? -1 : written.ttl_ns);
  }
  if (op.call == Call::instant) return text + ")";
  if (op.call == Call::sweep) return text + fmt::format(", {})", key_text(op.key));
  return text + fmt::format(", {}, ttl {}, expected {}, value {}) -> {} version {} previous {}", key_text(op.key),
                            op.ttl_ns == forever ? -1 : op.ttl_ns, op.expected, op.value, to_string(op.answer.status),
                            op.answer.version, op.answer.previous);
}

// Runs the calls of a round and remembers what they showed.
class WholeStore {
 public:
  WholeStore(Store& store, int keys, int threads, WholeOutcomes& outcomes)
      : store_(store), keys_(static_cast<std::size_t>(keys)), outcomes_(outcomes) {
    of_thread_.resize(static_cast<std::size_t>(threads));
  }

  void call(int thread, std::uint32_t number, std::mt19937_64& random, RawCall& raw) {
    raw.number = number;
    WholeOperation& op = raw.operation;
    const TimeNs latest_ns = random() % 6 == 0 ? clock_ns_.fetch_add(1) : clock_ns_.load();
    // Some calls come late, as those of a thread that is held up between its look at the clock and its call.
    const std::uint64_t late_ns = random() % 4 == 0 ? random() % longest_ttl_ns : 0;
    op.now_ns = std::max<TimeNs>(latest_ns - static_cast<TimeNs>(late_ns), 0);
    const std::uint64_t drawn = random() % 16;
    if (drawn < 7) {
      call_key(of_thread_[static_cast<std::size_t>(thread)].version, random, raw);
    } else if (drawn < 9) {
      scan(random, raw);
    } else if (drawn == 9) {
      size(raw);
    } else if (drawn < 12) {
      snapshot(thread, random, raw);
    } else if (drawn < 15) {
      transact(random, raw);
    } else {
      raw.kind = RawCall::Kind::expire;
      store_.expire(no_limit, op.now_ns);
    }
  }

  // Reads the snapshots that were kept: nothing that came after them may show.
  void read_kept_snapshots(std::vector<Timed<RawCall>>& calls) {
    for (OfThread& of_thread : of_thread_) {
      for (const auto& [number, snapshot] : of_thread.snapshots) {
        const auto taken =
            std::ranges::find_if(calls, [&](const auto& timed) { return timed.operation.number == number; });
        read_snapshot(*snapshot, taken->operation.operation.seen);
      }
      of_thread.snapshots.clear();
    }
  }

 private:
  struct OfThread {
    Version version = 0;  // seen last
    std::vector<std::pair<std::uint32_t, std::unique_ptr<Snapshot>>> snapshots;
  };

  std::uint8_t draw_key(std::mt19937_64& random) const { return static_cast<std::uint8_t>(random() % keys_); }
  static DurationNs draw_ttl(std::mt19937_64& random) {
    return random() % 3 == 0 ? static_cast<DurationNs>(1 + random() % longest_ttl_ns) : forever;
  }

  void call_key(Version& version, std::mt19937_64& random, RawCall& raw) {
    WholeOperation& op = raw.operation;
    op.call = static_cast<Call>(random() % 5);
    op.key = draw_key(random);
    op.ttl_ns = draw_ttl(random);
    op.value = raw.number * (most_steps + 1);
    op.expected = random() % 4 == 0 ? 0 : version;
    const std::string key = key_text(op.key);
    const std::string text = std::to_string(op.value);
    std::string read;
    switch (op.call) {
      case Call::get:
        op.answer = store_.get(key, op.now_ns, read);
        op.value = op.answer.status == Status::ok ? number_of(read) : 0;
        break;
      case Call::set:
        op.answer = store_.set(key, text, op.ttl_ns, op.now_ns);
        break;
      case Call::put_if_absent:
        op.answer = store_.put_if_absent(key, text, op.ttl_ns, op.now_ns);
        break;
      case Call::compare_and_set:
        op.answer = store_.compare_and_set(key, op.expected, text, op.ttl_ns, op.now_ns, read);
        break;
      default:
        op.answer = store_.erase(key, op.now_ns);
        break;
    }
    if (op.answer.version != 0) version = op.answer.version;
  }

  // What a scan has shown of the keys under its prefix; of those behind the last entry nothing, if it came to its limit.
  void see_entries(const std::vector<Entry>& entries, std::string_view prefix, std::size_t limit,
                   std::vector<SeenKey>& seen) {
    std::size_t met = 0;
    for (std::size_t key = 0; key < keys_; ++key) {
      const std::string text = key_text(key);
      if (!text.starts_with(prefix)) continue;
      if (met == entries.size() && met >= limit) break;
      if (met < entries.size() && entries[met].key == text) {
        seen.push_back({static_cast<std::uint8_t>(key), true, entries[met].version, number_of(entries[met].value)});
        ++met;
      } else {
        seen.push_back({.key = static_cast<std::uint8_t>(key)});
      }
    }
    if (met != entries.size() || entries.size() > limit) ++outcomes_.malformed;
  }

  void scan(std::mt19937_64& random, RawCall& raw) {
    raw.kind = RawCall::Kind::scan;
    WholeOperation& op = raw.operation;
    op.call = Call::instant;
    const std::string prefix = random() % 4 == 0 ? key_text(draw_key(random)) : "k/";
    const std::size_t limit = random() % 2 == 0 ? no_limit : 1 + random() % keys_;
    std::vector<Entry> entries;
    store_.scan(prefix, limit, op.now_ns, entries);
    see_entries(entries, prefix, limit, op.seen);
    ++outcomes_.scans;
  }

  void size(RawCall& raw) {
    raw.kind = RawCall::Kind::size;
    raw.operation.call = Call::count;
    const Size size = store_.size(raw.operation.now_ns);
    raw.operation.live = size.live;
    if (size.live > keys_ || size.live > size.resident) ++outcomes_.oversized;
  }

  void snapshot(int thread, std::mt19937_64& random, RawCall& raw) {
    raw.kind = RawCall::Kind::snapshot;
    raw.operation.call = Call::instant;
    auto snapshot = store_.snapshot(raw.operation.now_ns);
    ++outcomes_.snapshots;
    if (random() % 2 == 0) {
      read_snapshot(*snapshot, raw.operation.seen);
    } else {
      of_thread_[static_cast<std::size_t>(thread)].snapshots.emplace_back(raw.number, std::move(snapshot));
    }
  }
  void read_snapshot(const Snapshot& snapshot, std::vector<SeenKey>& seen) {
    std::vector<Entry> entries;
    snapshot.scan("k/", no_limit, entries);
    see_entries(entries, "k/", no_limit, seen);
    for (const SeenKey& of_scan : seen) {
      std::string value;
      const Answer answer = snapshot.get(key_text(of_scan.key), value);
      const bool agree = of_scan.present ? answer.status == Status::ok && answer.version == of_scan.version &&
                                               number_of(value) == of_scan.value
                                         : answer.status == Status::absent;
      if (!agree) ++outcomes_.at_odds;
    }
  }

  void transact(std::mt19937_64& random, RawCall& raw) {
    raw.kind = RawCall::Kind::transaction;
    raw.operation.call = Call::instant;
    const auto transaction = store_.begin(raw.operation.now_ns);
    const auto steps = static_cast<std::uint32_t>(1 + random() % most_steps);
    for (std::uint32_t step = 1; step <= steps; ++step) {
      step_transaction(*transaction, raw.number * (most_steps + 1) + step, random, raw.operation);
      if (random() % 2 == 0) std::this_thread::yield();
    }
    raw.commit_begin = ticks_before_call();
    if (random() % 8 == 0) {
      transaction->rollback();
      return;
    }
    raw.commit = transaction->commit();
    ++(raw.commit == Status::ok ? outcomes_.commits : outcomes_.conflicts);
  }

  void step_transaction(Transaction& transaction, std::uint32_t value, std::mt19937_64& random, WholeOperation& op) {
    const std::uint64_t drawn = random() % 8;
    const std::uint8_t key = draw_key(random);
    const auto own = std::ranges::find(op.written, key, &WrittenKey::key);
    const bool is_own = own != op.written.end();
    if (drawn < 2) {
      std::string read;
      const Answer answer = transaction.get(key_text(key), read);
      const bool present = answer.status == Status::ok;
      see_in_transaction({key, present, answer.version, present ? number_of(read) : 0}, op);
    } else if (drawn < 5) {
      const DurationNs ttl_ns = draw_ttl(random);
      const Answer answer = transaction.set(key_text(key), std::to_string(value), ttl_ns);
      if (!is_own) op.seen.push_back({key, answer.previous != 0, answer.previous, 0});
      write({key, false, value, ttl_ns}, op);
    } else if (drawn < 6) {
      const Answer answer = transaction.erase(key_text(key));
      const bool present = answer.status == Status::ok;
      if (!is_own) op.seen.push_back({key, present, answer.previous, 0});
      if (is_own && present == own->erase) ++outcomes_.own_unseen;
      if (present) write({.key = key, .erase = true}, op);
    } else {
      std::vector<Entry> entries;
      transaction.scan("k/", no_limit, entries);
      std::vector<SeenKey> seen;
      see_entries(entries, "k/", no_limit, seen);
      for (const SeenKey& of_scan : seen) see_in_transaction(of_scan, op);
    }
  }
  // Its own writes are seen before they are done; all else is as at the instant of the transaction.
  void see_in_transaction(const SeenKey& seen, WholeOperation& op) {
    const auto own = std::ranges::find(op.written, seen.key, &WrittenKey::key);
    if (own == op.written.end()) {
      op.seen.push_back(seen);
    } else if (seen.present == own->erase || (seen.present && (seen.value != own->value || seen.version != 0))) {
      ++outcomes_.own_unseen;
    }
  }
  static void write(const WrittenKey& written, WholeOperation& op) {
    std::erase_if(op.written, [&](const WrittenKey& before) { return before.key == written.key; });
    op.written.push_back(written);
  }

  Store& store_;
  const std::size_t keys_;
  WholeOutcomes& outcomes_;
  std::atomic<TimeNs> clock_ns_{0};
  std::vector<OfThread> of_thread_;
};

void round_of_the_whole(const Subject<Store>& subject, Round& round) {
  WholeOutcomes outcomes(round);
  const int keys = round.size(whole_keys);
  const int threads = round.threads(2);
  const auto store = subject.make({});
  WholeStore whole(*store, keys, threads, outcomes);
  auto calls = record_calls<RawCall>(round, threads, round.size(whole_calls),
                                     [&](int thread, std::uint32_t number, std::mt19937_64& random, RawCall& raw) {
                                       whole.call(thread, number, random, raw);
                                       round.count_operation();
                                     });
  whole.read_kept_snapshots(calls);
  judge_history<WholeModel>(round, Instants(calls, subject.guarantees, keys).history(), describe);
}
const bool whole_registered = register_attack<Store>(
    {"whole_store", "scans, sizes, snapshots and transactions with expiry fit into one history with point operations",
     round_of_the_whole, [](const Guarantees& guarantees) { return guarantees.offered.has_all(); }});

}  // namespace
}  // namespace contend::kv_store
