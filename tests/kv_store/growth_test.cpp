// How much memory a store holds, in bytes, after use that should leave nothing behind.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/sync/epochs.hpp"
#include "tests/support/allocation_faults.hpp"
#include "tests/support/fail_each_allocation.hpp"
#include "tests/support/implementations.hpp"

namespace contend::kv_store {
namespace {

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t mebibyte = 1024 * kibibyte;
constexpr std::size_t everything = ~std::size_t{0};

std::string key(int number) {
  return fmt::format("key {:06}", number);
}

class KvStoreGrowthTest : public testing::TestWithParam<Implementation<Store>> {
 protected:
  // What has come since the store was made, in bytes.
  std::size_t grown() const {
    const std::size_t now = allocated_bytes();
    return now > empty_ ? now - empty_ : 0;
  }
  void churn(int keys, int rounds, std::size_t bytes) {
    const std::string value(bytes, 'v');
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < keys; ++i) store_->set(key(i), value, forever, 0);
    }
  }

  static bool has(Part part) { return GetParam().guarantees.offered.has(part); }
  void expect_resident(std::size_t entries, TimeNs now_ns = 0) const {
    if (has(Part::size)) {
      EXPECT_EQ(store_->size(now_ns).resident, entries);
    }
  }

  std::unique_ptr<Store> store_ = GetParam().make({});
  std::size_t empty_ = allocated_bytes();
};
INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreGrowthTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

TEST_P(KvStoreGrowthTest, ReplacedValuesGo) {
  churn(64, 1, 128 * kibibyte);
  const std::size_t once = grown();
  churn(64, 20, 128 * kibibyte);
  EXPECT_LT(grown(), once + 2 * mebibyte);
  for (int i = 0; i < 64; ++i) store_->erase(key(i), 0);
  EXPECT_LT(grown(), mebibyte / 2);
}

TEST_P(KvStoreGrowthTest, WhatGoesLeavesNothing) {
  store_.reset();
  const std::size_t before = allocated_bytes();
  store_ = GetParam().make({});
  churn(64, 3, 128 * kibibyte);
  for (int i = 0; i < 32; ++i) store_->erase(key(i), 0);
  store_.reset();
  EXPECT_LT(allocated_bytes(), before + mebibyte / 2) << "bytes that are held after the store is gone";
}

TEST_P(KvStoreGrowthTest, ASmallValueDoesNotHoldTheMemoryOfALargeOne) {
  churn(64, 1, 128 * kibibyte);
  churn(64, 2, 10);
  EXPECT_LT(grown(), mebibyte);
}

TEST_P(KvStoreGrowthTest, ARefreshedDeadlineLeavesNothing) {
  CONTEND_NEEDS(Part::expiry);
  for (int i = 0; i < 50'000; ++i) store_->set("session", "v", 3'600'000'000'000, i);
  EXPECT_LT(grown(), 64 * kibibyte);
  store_->erase("session", 50'000);
  EXPECT_LT(grown(), 64 * kibibyte);
}

TEST_P(KvStoreGrowthTest, KeysThatComeAndGoLeaveBucketsAtMost) {
  for (int round = 0; round < 3; ++round) {
    churn(20'000, 1, 10);
    for (int i = 0; i < 20'000; ++i) store_->erase(key(i), 0);
  }
  expect_resident(0);
  // Tables that others have written keep whole entries in their slots, with two strings in each, and do not shrink.
  EXPECT_LT(grown(), 20'000U * (GetParam().is_peer ? 200 : 64));
}

TEST_P(KvStoreGrowthTest, ExpiredKeysGoWithThoseWhoMeetThem) {
  CONTEND_NEEDS(Part::expiry, Part::expire);
  for (int i = 0; i < 20'000; ++i) store_->set(key(i), "v", 10, 0);
  EXPECT_EQ(store_->expire(everything, 10).removed, 20'000U);
  expect_resident(0, 10);
  EXPECT_LT(grown(), 20'000U * 64);
}

TEST_P(KvStoreGrowthTest, WhatOnlyASnapshotSeesGoesWithIt) {
  CONTEND_NEEDS(Part::snapshots);
  churn(20'000, 1, 10);
  const std::size_t full = grown();
  {
    const auto snapshot = store_->snapshot(0);
    for (int i = 0; i < 20'000; ++i) store_->erase(key(i), 0);
    std::string value;
    EXPECT_EQ(snapshot->get(key(77), value).status, Status::ok);
  }
  expect_resident(0);
  EXPECT_LT(grown(), full / 2);
}

TEST_P(KvStoreGrowthTest, AnOpenSnapshotKeepsOnlyWhatItSees) {
  CONTEND_NEEDS(Part::snapshots, Part::expiry);
  store_->set("before", "v", forever, 0);
  const auto oldest = store_->snapshot(0);
  for (int i = 0; i < 20'000; ++i) {
    store_->set("before", "w", forever, 0);
    store_->set("after", "w", 1000, i);
    if (i % 2 == 0) store_->erase("after", i);
    if (i % 100 == 0) store_->snapshot(0);
  }
  EXPECT_LT(grown(), 256 * kibibyte);
  std::string value;
  EXPECT_EQ(oldest->get("before", value).status, Status::ok);
  EXPECT_EQ(value, "v");
}

TEST_P(KvStoreGrowthTest, SnapshotsThatEndInAnyOrderLeaveNothing) {
  CONTEND_NEEDS(Part::snapshots);
  for (const bool oldest_first : {true, false}) {
    std::vector<std::unique_ptr<Snapshot>> open;
    for (int i = 0; i < 20; ++i) {
      churn(50, 1, 100 + static_cast<std::size_t>(i));
      open.push_back(store_->snapshot(0));
    }
    for (int i = 0; i < 50; ++i) store_->erase(key(i), 0);
    while (!open.empty()) open.erase(oldest_first ? open.begin() : open.end() - 1);
    expect_resident(0);
    EXPECT_LT(grown(), 64 * kibibyte);
  }
}

TEST_P(KvStoreGrowthTest, KeysThatComeAndGoBesideAScanLeaveNothing) {
  CONTEND_NEEDS(Part::scan);
  std::atomic<bool> stop{false};
  std::thread scanning([&] {
    std::vector<Entry> entries;
    while (!stop) store_->scan("", 50, 0, entries);
  });
  for (int i = 0; i < 10'000; ++i) {
    store_->set(key(i), "v", forever, 0);
    store_->erase(key(i), 0);
  }
  stop = true;
  scanning.join();
  expect_resident(0);
  EXPECT_LT(grown(), 256 * kibibyte);
}

// Who reads without a lock holds back what is replaced meanwhile, but no longer than he reads.
TEST_P(KvStoreGrowthTest, WhatAStalledReaderHeldBackGoesWhenHeIsDone) {
  churn(64, 1, 16 * kibibyte);
  const std::size_t once = grown();
  {
    const ReadPin stalled;
    churn(64, 10, 16 * kibibyte);
  }
  if (has(Part::expire)) store_->expire(0, 0);
  EXPECT_LT(grown(), once + mebibyte);
}

TEST_P(KvStoreGrowthTest, WhatIsRefusedLeavesNothing) {
  const std::string long_key(max_key_bytes + 1, 'k');
  const std::string long_value(max_value_bytes + 1, 'v');
  std::string value;
  store_->set("there", "v", forever, 0);
  const std::size_t before = grown();
  for (int i = 0; i < 2000; ++i) {
    store_->set(long_key, "v", forever, 0);
    store_->set(key(i), long_value, forever, 0);
    store_->set(key(i), "v", 0, 0);
    store_->get(key(i), 0, value);
    store_->erase(key(i), 0);
    if (has(Part::put_if_absent)) store_->put_if_absent("there", "w", forever, 0);
    if (has(Part::compare_and_set)) store_->compare_and_set(key(i), 99, "w", forever, 0, value);
    if (!has(Part::transactions)) continue;
    const auto transaction = store_->begin(0);
    transaction->get("there", value);
    transaction->set("there", "w", forever);
    transaction->set(key(i), "w", forever);
    store_->set("there", "v", forever, 0);
    EXPECT_EQ(transaction->commit(), Status::conflict);
  }
  expect_resident(1);
  EXPECT_LT(grown(), before + 64 * kibibyte);
}

// A scan copies what it answers, not the same again from every part of the store.
TEST_P(KvStoreGrowthTest, AScanCopiesOnlyWhatItAnswers) {
  CONTEND_NEEDS(Part::scan, Part::size);
  constexpr int keys = 640;
  constexpr int asked = 8;
  const std::string value(200, 'v');
  std::uint64_t copies = 0;
  const FaultedOperation<Store> scan{"scan",
                                     [&] {
                                       auto store = GetParam().make({});
                                       for (int i = 0; i < keys; ++i)
                                         store->set(key(i) + std::string(30, 'k'), value, forever, 0);
                                       return store;
                                     },
                                     [&](Store& store) {
                                       std::vector<Entry> entries;
                                       under_fault([&] { store.scan("", asked, 0, entries); });
                                       return std::to_string(entries.size());
                                     },
                                     [](Store& store) { return std::to_string(store.size(0).live); }};
  copies = fail_each_allocation(scan);
  EXPECT_LT(copies, 4U * asked + 2U * 32) << "two strings each, and a few for each of the parts";
}

TEST_P(KvStoreGrowthTest, RoomBeforehandIsLimitedAndNoLimit) {
  const auto small = GetParam().make({.expected_entries = 0});
  for (int i = 0; i < 1000; ++i) small->set(key(i), "v", forever, 0);
  if (has(Part::size)) {
    EXPECT_EQ(small->size(0).live, 1000U);
  }
  EXPECT_NO_THROW(GetParam().make({.expected_entries = 1'000'000}));
  for (const std::size_t many : {max_expected_entries + 1, everything}) {
    EXPECT_THROW(GetParam().make({.expected_entries = many}), std::invalid_argument);
  }
}

}  // namespace
}  // namespace contend::kv_store
