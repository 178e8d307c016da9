// A writer beside readers who never stop.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "tests/support/implementations.hpp"

namespace contend::kv_store {
namespace {

class KvStoreStarvationTest : public testing::TestWithParam<Implementation<Store>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreStarvationTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

// Counted in scans, not in time: whoever waits only for the readers that are in sees a few of them end.
TEST_P(KvStoreStarvationTest, AWriterDoesNotWaitForAllReadersThatCome) {
  CONTEND_NEEDS(Part::scan);
  const auto store = GetParam().make({});
  // Scans that copy so much that some reader is always in.
  constexpr int keys = 200;
  for (int i = 0; i < keys; ++i) store->set(fmt::format("key {}", i), std::string(20'000, 'v'), forever, 0);
  constexpr int writes = 5;
  std::atomic<bool> stop{false};
  std::atomic<int> scans{0};
  std::vector<int> during;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 6; ++i) {
      readers.emplace_back([&] {
        std::vector<Entry> entries;
        while (!stop) {
          store->scan("", keys, 0, entries);
          ++scans;
        }
      });
    }
    while (scans < 10) std::this_thread::yield();
    for (int i = 0; i < writes; ++i) {
      const int before = scans;
      store->set("key 7", "w", forever, 0);
      during.push_back(scans - before);
    }
    stop = true;
  }
  // The middle one: the writer may lose its core before it waits.
  std::ranges::sort(during);
  EXPECT_LT(during[writes / 2], 100);
}

}  // namespace
}  // namespace contend::kv_store
