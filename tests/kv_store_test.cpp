// What every store must answer, one caller at a time: each test is a row of the acceptance list.

#include "impls/kv_store/kv_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "tests/support/implementations.hpp"

namespace contend::kv_store {
namespace {

class KvStoreTest : public testing::TestWithParam<Implementation<Store>> {
 protected:
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns = forever, TimeNs now_ns = 0) {
    return store_->set(key, value, ttl_ns, now_ns);
  }
  Status status(std::string_view key, TimeNs now_ns = 0) {
    std::string value;
    return store_->get(key, now_ns, value).status;
  }
  // The value, or "(absent)".
  std::string get(std::string_view key, TimeNs now_ns = 0) {
    std::string value;
    return store_->get(key, now_ns, value).status == Status::ok ? value : "(absent)";
  }
  std::string scan(std::string_view prefix, std::size_t limit = 100, TimeNs now_ns = 0) {
    std::vector<Entry> entries;
    store_->scan(prefix, limit, now_ns, entries);
    return keys_of(entries);
  }
  static std::string keys_of(const std::vector<Entry>& entries) {
    std::string keys;
    for (const Entry& entry : entries) keys += entry.key + " ";
    return keys;
  }
  bool serializable() const { return GetParam().guarantees.isolation == Isolation::serializable; }

  static bool has(Part part) { return GetParam().guarantees.offered.has(part); }

  std::unique_ptr<Store> store_ = GetParam().make({});
  std::string value_;
};

// --- expiry ---

TEST_P(KvStoreTest, AValueLivesUntilItsDeadlineAndNotAtIt) {
  CONTEND_NEEDS(Part::expiry);
  set("k", "v", 10, 100);
  EXPECT_EQ(status("k", 109), Status::ok);
  EXPECT_EQ(status("k", 110), Status::absent);
  set("k", "v", 10, 100);
  EXPECT_EQ(status("k", 111), Status::absent);
}

TEST_P(KvStoreTest, AnExpiredKeyIsAbsentToEveryOperation) {
  CONTEND_NEEDS(Part::expiry);
  const auto expired = [&](std::string_view key) { set(key, "v", 10, 0); };
  expired("set");
  EXPECT_EQ(set("set", "w", forever, 10).previous, 0u);
  if (has(Part::put_if_absent)) {
    expired("put");
    EXPECT_EQ(store_->put_if_absent("put", "w", forever, 10).status, Status::ok);
  }
  if (has(Part::compare_and_set)) {
    expired("cas");
    EXPECT_EQ(store_->compare_and_set("cas", 0, "w", forever, 10, value_).status, Status::ok);
  }
  if (has(Part::answer_of_erase)) {
    expired("erase");
    EXPECT_EQ(store_->erase("erase", 10).status, Status::absent);
  }
  if (has(Part::scan)) {
    expired("scan");
    EXPECT_EQ(scan("scan", 10, 10), "");
  }
  if (has(Part::size)) {
    expired("size");
    const std::size_t live = store_->size(9).live;
    EXPECT_EQ(store_->size(10).live, live - 1);
  }
  if (has(Part::snapshots)) {
    expired("snapshot");
    EXPECT_EQ(store_->snapshot(10)->get("snapshot", value_).status, Status::absent);
  }
  if (has(Part::transactions)) {
    expired("transaction");
    EXPECT_EQ(store_->begin(10)->get("transaction", value_).status, Status::absent);
  }
}

TEST_P(KvStoreTest, TimeGoingBackRevivesNothing) {
  CONTEND_NEEDS(Part::expiry);
  set("k", "v", 10, 0);
  EXPECT_EQ(status("k", 10), Status::absent);
  EXPECT_EQ(status("k", 5), Status::absent);
  if (!has(Part::scan)) return;
  set("scanned", "v", 10, 0);
  EXPECT_EQ(scan("scanned", 10, 10), "");
  EXPECT_EQ(status("scanned", 5), Status::absent);
}

TEST_P(KvStoreTest, TakingASnapshotRemovesNothing) {
  CONTEND_NEEDS(Part::expiry, Part::snapshots);
  set("k", "v", 50, 0);
  EXPECT_EQ(store_->snapshot(100)->get("k", value_).status, Status::absent);
  EXPECT_EQ(get("k", 40), "v") << "nobody has met it";
  EXPECT_EQ(status("k", 50), Status::absent);
  EXPECT_EQ(status("k", 40), Status::absent);
}

TEST_P(KvStoreTest, SizeCountsWhatIsThereWhenItHasRemovedWhatHadExpired) {
  CONTEND_NEEDS(Part::expiry, Part::size);
  for (int i = 0; i < 10; ++i) set("k" + std::to_string(i), "v", i < 4 ? 10 : forever, 0);
  EXPECT_EQ(store_->size(9).resident, 10U);
  const Size size = store_->size(10);
  EXPECT_EQ(size.live, 6U);
  EXPECT_EQ(size.resident, 6U);
}

// Over an expired value too: an instant between its end and the new one would be one in which no operation has left it
// absent. At time 0 every value that is ever there is alive.
TEST_P(KvStoreTest, AKeyThatIsWrittenAgainAndAgainIsNeverAbsent) {
  const DurationNs ttl_ns = has(Part::expiry) ? 1 : forever;
  set("k", "v", ttl_ns, 1);
  std::atomic<bool> stop{false};
  int absent = 0;
  int looked = 0;
  {
    const std::jthread looking([&] {
      std::string value;
      std::vector<Entry> entries;
      while (!stop || looked < 300) {
        absent += store_->get("k", 0, value).status == Status::ok ? 0 : 1;
        if (has(Part::snapshots)) absent += store_->snapshot(0)->get("k", value).status == Status::ok ? 0 : 1;
        if (has(Part::scan)) {
          store_->scan("k", 1, 0, entries);
          absent += entries.size() == 1 ? 0 : 1;
        }
        ++looked;
      }
    });
    for (TimeNs now_ns = 2; now_ns < 20'000; ++now_ns) set("k", "v", ttl_ns, now_ns);
    stop = true;
  }
  EXPECT_EQ(absent, 0);
}

TEST_P(KvStoreTest, TtlsOfZeroAndLessAreRefused) {
  CONTEND_NEEDS(Part::expiry);
  for (const DurationNs ttl_ns : {DurationNs{0}, DurationNs{-1}, std::numeric_limits<DurationNs>::min()}) {
    EXPECT_EQ(set("k", "v", ttl_ns).status, Status::invalid_ttl);
    if (has(Part::put_if_absent)) {
      EXPECT_EQ(store_->put_if_absent("k", "v", ttl_ns, 0).status, Status::invalid_ttl);
    }
    if (has(Part::compare_and_set)) {
      EXPECT_EQ(store_->compare_and_set("k", 0, "v", ttl_ns, 0, value_).status, Status::invalid_ttl);
    }
  }
  EXPECT_EQ(status("k"), Status::absent);
}

TEST_P(KvStoreTest, ADeadlineThatDoesNotFitIsNever) {
  CONTEND_NEEDS(Part::expiry);
  set("k", "v", std::numeric_limits<DurationNs>::max() - 1, 1000);
  EXPECT_EQ(status("k", std::numeric_limits<TimeNs>::max() - 1), Status::ok);
}

TEST_P(KvStoreTest, APlainSetClearsTheTtlAndAGetDoesNotExtendIt) {
  CONTEND_NEEDS(Part::expiry);
  set("k", "v", 10, 0);
  EXPECT_EQ(status("k", 9), Status::ok);
  EXPECT_EQ(status("k", 10), Status::absent);
  set("k", "v", 10, 0);
  set("k", "w", forever, 5);
  EXPECT_EQ(get("k", 1000), "w");
}

TEST_P(KvStoreTest, ExpireKeepsToItsBudgetAndSaysWhetherMoreIsLeft) {
  CONTEND_NEEDS(Part::expiry, Part::expire, Part::size);
  for (int i = 0; i < 5; ++i) set("k" + std::to_string(i), "v", 10, 0);
  set("stays", "v", 20, 0);
  EXPECT_EQ(store_->expire(10, 9).removed, 0u);
  const ExpireAnswer first = store_->expire(3, 10);
  EXPECT_EQ(first.removed, 3u);
  EXPECT_TRUE(first.more);
  const ExpireAnswer second = store_->expire(3, 10);
  EXPECT_EQ(second.removed, 2u);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(store_->size(10).live, 1u);
}

// --- versions ---

TEST_P(KvStoreTest, VersionsGrowAndNeverRepeatOverEraseAndExpiry) {
  CONTEND_NEEDS(Part::versions, Part::expiry);
  Version last = 0;
  for (int i = 0; i < 4; ++i) {
    const Answer written = set("k", "v", i % 2 == 0 ? 10 : forever, i * 100);
    EXPECT_GT(written.version, last);
    last = written.version;
    if (i % 2 == 1) {
      EXPECT_EQ(store_->erase("k", i * 100).previous, last);
    }
  }
}

TEST_P(KvStoreTest, CompareAndSetGoesByVersion) {
  CONTEND_NEEDS(Part::compare_and_set);
  EXPECT_EQ(store_->compare_and_set("k", 7, "v", forever, 0, value_).status, Status::version_mismatch);
  const Answer created = store_->compare_and_set("k", 0, "v", forever, 0, value_);
  ASSERT_EQ(created.status, Status::ok);
  const Answer refused = store_->compare_and_set("k", 0, "w", forever, 0, value_);
  EXPECT_EQ(refused, (Answer{Status::version_mismatch, created.version, created.version}));
  EXPECT_EQ(value_, "v");
  EXPECT_EQ(store_->compare_and_set("k", created.version, "w", forever, 0, value_).status, Status::ok);
}

TEST_P(KvStoreTest, AValueThatCameBackIsStillAnotherVersion) {
  CONTEND_NEEDS(Part::compare_and_set);
  const Version first = set("k", "a").version;
  set("k", "b");
  set("k", "a");
  EXPECT_EQ(store_->compare_and_set("k", first, "c", forever, 0, value_).status, Status::version_mismatch);
}

TEST_P(KvStoreTest, PutIfAbsentKeepsWhatIsThere) {
  CONTEND_NEEDS(Part::put_if_absent);
  const Answer first = store_->put_if_absent("k", "a", forever, 0);
  EXPECT_EQ(store_->put_if_absent("k", "b", forever, 0), (Answer{Status::exists, first.version, first.version}));
  EXPECT_EQ(get("k"), "a");
}

// --- keys and values ---

TEST_P(KvStoreTest, KeysAndValuesAreBytes) {
  const std::string nul("a\0b", 3);
  set("", "empty key");
  set(nul, nul);
  set("a", "");
  set("\xff", "high");
  EXPECT_EQ(get(""), "empty key");
  EXPECT_EQ(get(nul), nul);
  EXPECT_EQ(get("a"), "");
  if (has(Part::scan)) {
    EXPECT_EQ(scan(""), std::string(" a ") + nul + " \xff ") << "order is by unsigned byte";
  }
}

TEST_P(KvStoreTest, LengthsAreLimitedAndErrorsHaveAFixedOrder) {
  const std::string key(max_key_bytes, 'k');
  const std::string value(max_value_bytes, 'v');
  EXPECT_EQ(set(key, value).status, Status::ok);
  EXPECT_EQ(set(key + "k", value + "v", 0).status, Status::invalid_key);
  EXPECT_EQ(set(key, value + "v", 0).status, Status::invalid_value);
  EXPECT_EQ(set(key, value, 0).status, Status::invalid_ttl);
  EXPECT_EQ(status(key + "k"), Status::invalid_key);
  EXPECT_EQ(store_->erase(key + "k", 0).status, Status::invalid_key);
  if (has(Part::scan)) {
    EXPECT_EQ(scan(key + "k"), "");
  }
}

TEST_P(KvStoreTest, ScanGivesTheFirstOfAPrefixInOrder) {
  CONTEND_NEEDS(Part::scan);
  for (const char* key : {"b/2", "a/1", "b/1", "b/10", "c"}) set(key, "v");
  EXPECT_EQ(scan("b/"), "b/1 b/10 b/2 ");
  EXPECT_EQ(scan("b/", 2), "b/1 b/10 ");
  EXPECT_EQ(scan("b/", 0), "");
  EXPECT_EQ(scan("d"), "");
  EXPECT_EQ(scan(""), "a/1 b/1 b/10 b/2 c ");
}

// --- snapshots ---

TEST_P(KvStoreTest, ASnapshotDoesNotChange) {
  CONTEND_NEEDS(Part::snapshots, Part::expiry);
  set("a", "1");
  set("b", "2", 10, 0);
  const auto snapshot = store_->snapshot(0);
  set("a", "9");
  set("c", "3");
  store_->erase("a", 0);
  store_->expire(10, 100);
  std::vector<Entry> entries;
  snapshot->scan("", 10, entries);
  EXPECT_EQ(keys_of(entries), "a b ");
  EXPECT_EQ(snapshot->get("a", value_).status, Status::ok);
  EXPECT_EQ(value_, "1");
  EXPECT_EQ(snapshot->get("c", value_).status, Status::absent);
}

// --- transactions ---

TEST_P(KvStoreTest, ATransactionSeesItsOwnWritesAlsoInScan) {
  CONTEND_NEEDS(Part::transactions, Part::scan);
  for (const char* key : {"a", "b", "c"}) set(key, "old");
  const auto transaction = store_->begin(0);
  transaction->set("aa", "new", forever);
  transaction->erase("b");
  transaction->set("c", "new", forever);
  std::vector<Entry> entries;
  transaction->scan("", 3, entries);
  EXPECT_EQ(keys_of(entries), "a aa c ");
  EXPECT_EQ(entries[2].value, "new");
  EXPECT_EQ(transaction->get("b", value_).status, Status::absent);
  EXPECT_EQ(scan(""), "a b c ") << "nobody else sees them before the commit";
  EXPECT_EQ(transaction->commit(), Status::ok);
  EXPECT_EQ(scan(""), "a aa c ");
}

TEST_P(KvStoreTest, RollbackLeavesValueTtlAndVersion) {
  CONTEND_NEEDS(Part::transactions, Part::expiry);
  const Version version = set("k", "v", 10, 0).version;
  {
    const auto transaction = store_->begin(0);
    transaction->set("k", "w", forever);
    transaction->set("new", "w", forever);
    transaction->rollback();
    EXPECT_EQ(transaction->commit(), Status::finished);
    EXPECT_EQ(transaction->get("k", value_).status, Status::finished);
  }
  const Answer answer = store_->get("k", 5, value_);
  EXPECT_EQ(answer.version, version);
  EXPECT_EQ(value_, "v");
  EXPECT_EQ(status("new"), Status::absent);
  EXPECT_EQ(status("k", 10), Status::absent);
}

TEST_P(KvStoreTest, DroppingATransactionRollsItBack) {
  CONTEND_NEEDS(Part::transactions);
  store_->begin(0)->set("k", "v", forever);
  EXPECT_EQ(status("k"), Status::absent);
}

TEST_P(KvStoreTest, NoUpdateIsLost) {
  CONTEND_NEEDS(Part::transactions);
  set("k", "0");
  const auto one = store_->begin(0);
  const auto two = store_->begin(0);
  one->get("k", value_);
  two->get("k", value_);
  one->set("k", "1", forever);
  two->set("k", "2", forever);
  EXPECT_EQ(one->commit(), Status::ok);
  EXPECT_EQ(two->commit(), Status::conflict);
  EXPECT_EQ(get("k"), "1");
}

TEST_P(KvStoreTest, WhatIsNotCommittedIsNotRead) {
  CONTEND_NEEDS(Part::transactions, Part::snapshots);
  set("k", "0");
  const auto transaction = store_->begin(0);
  transaction->set("k", "1", forever);
  EXPECT_EQ(get("k"), "0");
  EXPECT_EQ(store_->snapshot(0)->get("k", value_).status, Status::ok);
  EXPECT_EQ(value_, "0");
}

TEST_P(KvStoreTest, AReadThatWouldComeOutOtherwiseAgainDoesNotCommit) {
  CONTEND_NEEDS(Part::transactions);
  set("k", "0");
  set("l", "0");
  const auto transaction = store_->begin(0);
  transaction->get("k", value_);
  set("k", "1");
  set("l", "1");
  transaction->get("k", value_);
  const std::string again = value_;
  transaction->get("l", value_);
  const bool skewed = again == "0" && value_ == "1";
  transaction->set("m", "seen", forever);
  const Status committed = transaction->commit();
  EXPECT_TRUE(committed == Status::conflict || !skewed) << "read skew was committed";
  if (serializable()) {
    EXPECT_EQ(committed, Status::conflict);
  }
}

TEST_P(KvStoreTest, WriteSkewIsRefusedWhereSerializableAndShownWhereNot) {
  CONTEND_NEEDS(Part::transactions);
  set("left", "on");
  set("right", "on");
  const auto one = store_->begin(0);
  const auto two = store_->begin(0);
  one->get("left", value_);
  one->get("right", value_);
  two->get("left", value_);
  two->get("right", value_);
  one->set("left", "off", forever);
  two->set("right", "off", forever);
  EXPECT_EQ(one->commit(), Status::ok);
  EXPECT_EQ(two->commit(), serializable() ? Status::conflict : Status::ok);
}

TEST_P(KvStoreTest, PhantomsAreRefusedWhereSerializable) {
  CONTEND_NEEDS(Part::transactions);
  set("room/1", "free");
  const auto transaction = store_->begin(0);
  std::vector<Entry> entries;
  transaction->scan("room/", 10, entries);
  transaction->set("count", std::to_string(entries.size()), forever);
  set("room/2", "free");
  EXPECT_EQ(transaction->commit(), serializable() ? Status::conflict : Status::ok);
}

// Its own writes hide some of what is read for it: that is not what it has seen.
// More keys than any part in which a design may fetch them.
TEST_P(KvStoreTest, AScanOfManyKeysGivesEachOnceInOrder) {
  CONTEND_NEEDS(Part::scan);
  std::string all;
  for (int i = 1000; i < 1640; ++i) {
    set(std::to_string(i), "v");
    all += std::to_string(i) + " ";
  }
  EXPECT_EQ(scan("", 640), all);
  EXPECT_EQ(scan("", 300), all.substr(0, 5 * 300));
  EXPECT_EQ(scan("15", 640), all.substr(5 * 500, 5 * 100));
}

TEST_P(KvStoreTest, AScanConflictsWithWhatItHasShownAndNothingElse) {
  CONTEND_NEEDS(Part::transactions);
  for (const char* key : {"a", "c", "e", "g"}) set(key, "old");
  const auto commit_beside = [&](std::size_t limit, std::string_view written) {
    const auto transaction = store_->begin(0);
    transaction->set("b", "own", forever);
    transaction->set("f", "own", forever);
    std::vector<Entry> entries;
    transaction->scan("", limit, entries);
    EXPECT_EQ(entries.size(), limit);
    set(written, "new");
    const Status status = transaction->commit();
    for (const char* key : {"b", "d", "f"}) store_->erase(key, 0);
    return status;
  };
  const Status seen = serializable() ? Status::conflict : Status::ok;
  EXPECT_EQ(commit_beside(0, "a"), Status::ok) << "nothing was shown";
  EXPECT_EQ(commit_beside(3, "a"), seen) << "shown";
  EXPECT_EQ(commit_beside(3, "e"), Status::ok) << "behind the last shown, c";
  EXPECT_EQ(commit_beside(5, "d"), seen) << "a phantom before the last shown, f";
  EXPECT_EQ(commit_beside(5, "g"), Status::ok) << "behind it";
  EXPECT_EQ(commit_beside(6, "g"), seen);
}

TEST_P(KvStoreTest, ATransactionStaysAtItsTime) {
  CONTEND_NEEDS(Part::transactions, Part::expiry);
  set("k", "5", 10, 0);
  const auto transaction = store_->begin(0);
  transaction->get("k", value_);
  transaction->set("k", value_ + "1", 15);
  EXPECT_EQ(transaction->commit(), Status::ok)
      << "nobody has met the deadline, and the commit is at time 0 as the rest";
  EXPECT_EQ(get("k", 14), "51");
  EXPECT_EQ(status("k", 15), Status::absent) << "its ttl counts from the begin";
}

INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

}  // namespace
}  // namespace contend::kv_store
