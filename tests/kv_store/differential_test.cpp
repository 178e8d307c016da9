// The same random script against an implementation and against `reference`, answer by answer.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "tests/support/implementations.hpp"

namespace contend::kv_store {
namespace {

constexpr int script_operations = 10'000;

// Versions are numbers of each store's own making: only which of them are equal, and their order within a key, has
// meaning. Numbers the versions of each key by first appearance.
class VersionNames {
 public:
  std::size_t name(const std::string& key, Version version) {
    if (version == 0) return 0;
    auto& seen = seen_[key];
    const auto place = seen.find(version);
    if (place != seen.end()) return place->second;
    return seen[version] = seen.size() + 1;
  }
  // A version that a write has just made must be greater than all that the key ever showed.
  void expect_new(const std::string& key, Version version) {
    const auto& seen = seen_[key];
    EXPECT_TRUE(seen.empty() || version > seen.rbegin()->first) << key << " got version " << version;
  }
  // The version that was given this number, or 0.
  Version version(const std::string& key, std::size_t number) const {
    const auto seen = seen_.find(key);
    if (seen == seen_.end()) return 0;
    for (const auto& [version, name] : seen->second) {
      if (name == number) return version;
    }
    return 0;
  }

 private:
  std::map<std::string, std::map<Version, std::size_t>> seen_;
};

// One store with what it needs to answer in words that can be compared.
struct Side {
  std::unique_ptr<Store> store;
  VersionNames versions;
  std::unique_ptr<Snapshot> snapshot;
  std::unique_ptr<Transaction> transaction;

  std::string say(const std::string& key, const Answer& answer, const std::string& value) {
    if (answer.version != 0 && answer.version != answer.previous) versions.expect_new(key, answer.version);
    return fmt::format("{} version={} previous={} value='{}'", to_string(answer.status),
                       versions.name(key, answer.version), versions.name(key, answer.previous), value);
  }
  std::string say(const std::vector<Entry>& entries) {
    std::string text;
    for (const Entry& entry : entries) {
      text += fmt::format("{}@{}={} ", entry.key, versions.name(entry.key, entry.version), entry.value);
    }
    return text;
  }
};

// One drawn operation: applied to both sides with the same arguments.
struct Operation {
  std::uint64_t kind = 0;
  std::string key;
  std::string value;
  DurationNs ttl_ns = forever;
  TimeNs now_ns = 0;
  std::size_t limit = 0;
  std::size_t version = 0;
};

constexpr std::uint64_t kinds = 24;

std::string run(Side& side, const Operation& op) {
  std::string value;
  std::vector<Entry> entries;
  switch (op.kind) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const Answer answer = side.store->get(op.key, op.now_ns, value);
      return side.say(op.key, answer, value);
    }
    case 4:
    case 5:
    case 6:
    case 7:
      return side.say(op.key, side.store->set(op.key, op.value, op.ttl_ns, op.now_ns), "");
    case 8:
    case 9:
      return side.say(op.key, side.store->put_if_absent(op.key, op.value, op.ttl_ns, op.now_ns), "");
    case 10:
    case 11: {
      const Version expected = side.versions.version(op.key, op.version);
      const Answer answer = side.store->compare_and_set(op.key, expected, op.value, op.ttl_ns, op.now_ns, value);
      return side.say(op.key, answer, value);
    }
    case 12:
    case 13:
      return side.say(op.key, side.store->erase(op.key, op.now_ns), "");
    case 14:
      side.store->scan(op.key.substr(0, 1), op.limit, op.now_ns, entries);
      return side.say(entries);
    case 15: {
      const ExpireAnswer answer = side.store->expire(op.limit, op.now_ns);
      // Which ones a small budget removes is left open, so the rest goes before a time that lies back could tell.
      const ExpireAnswer rest = side.store->expire(1000, op.now_ns);
      return fmt::format("removed={} more={} rest={}", answer.removed, answer.more, rest.removed);
    }
    case 16:
      return fmt::format("live={}", side.store->size(op.now_ns).live);
    case 17:
      side.snapshot = side.store->snapshot(op.now_ns);
      return "snapshot";
    case 18:
      if (side.snapshot == nullptr) return "";
      if (op.limit % 2 == 0) {
        const Answer answer = side.snapshot->get(op.key, value);
        return side.say(op.key, answer, value);
      }
      side.snapshot->scan(op.key.substr(0, 1), op.limit, entries);
      return side.say(entries);
    case 19:
      side.transaction = side.store->begin(op.now_ns);
      return "begin";
    default:
      break;
  }
  if (side.transaction == nullptr) return "";
  switch (op.kind) {
    case 20: {
      const Answer answer = side.transaction->get(op.key, value);
      return side.say(op.key, answer, value);
    }
    case 21:
      return side.say(op.key, side.transaction->set(op.key, op.value, op.ttl_ns), "");
    case 22:
      if (op.limit % 2 == 0) return side.say(op.key, side.transaction->erase(op.key), "");
      side.transaction->scan(op.key.substr(0, 1), op.limit, entries);
      return side.say(entries);
    default: {
      const Status status = side.transaction->commit();
      side.transaction.reset();
      return std::string(to_string(status));
    }
  }
}

class Script {
 public:
  explicit Script(std::uint64_t seed) : random_(seed) {}

  // While a transaction is open only its own operations follow where `alone`, since what it may see of others' work is
  // where isolation levels differ.
  Operation next(bool in_transaction, bool alone) {
    now_ns_ += static_cast<TimeNs>(below(4));
    Operation op;
    op.kind = in_transaction && alone ? 20 + below(4) : below(kinds);
    op.key = below(300) == 0 ? std::string(max_key_bytes + below(2), 'k')
                             : std::string(1, "ab\0\xff"[below(4)]) + std::to_string(below(9));
    op.value = fmt::format("v{}", ++values_);
    op.ttl_ns = below(3) == 0 ? static_cast<DurationNs>(below(60)) - 2 : forever;
    op.now_ns = below(10) == 0 ? now_ns_ - static_cast<TimeNs>(below(30)) : now_ns_;
    op.limit = below(12);
    op.version = below(8);
    return op;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::mt19937_64 random_;
  TimeNs now_ns_ = 0;
  int values_ = 0;
};

class KvStoreDifferentialTest : public testing::TestWithParam<Implementation<Store>> {
 protected:
  bool agrees(std::uint64_t seed) {
    Side tested{GetParam().make({}), {}, {}, {}};
    Side oracle{Registry<Store>::instance().find("reference")->make({}), {}, {}, {}};
    const bool alone = GetParam().guarantees.isolation != Isolation::serializable;
    Script script(seed);
    std::deque<std::string> recent;
    for (int step = 0; step < script_operations; ++step) {
      const Operation op = script.next(oracle.transaction != nullptr, alone);
      const std::string expected = run(oracle, op);
      const std::string actual = run(tested, op);
      recent.push_back(fmt::format("{:5} now={} kind={} key={} ttl={} limit={} -> {}", step, op.now_ns, op.kind, op.key,
                                   op.ttl_ns, op.limit, expected));
      if (recent.size() > 20) recent.pop_front();
      if (actual == expected) continue;
      std::string report = fmt::format("CONTEND_SEED={}\nexpected {}\nwas      {}\n", seed, expected, actual);
      for (const std::string& line : recent) report += line + "\n";
      ADD_FAILURE() << report;
      return false;
    }
    return true;
  }
};

TEST_P(KvStoreDifferentialTest, AnswersLikeTheReference) {
  for (std::uint64_t seed = test_seed(1), last = seed + 4; seed != last; ++seed) {
    if (!agrees(seed)) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreDifferentialTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

}  // namespace
}  // namespace contend::kv_store
