#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/concurrent_hash_map.h>

#include <chrono>
#include <mutex>
#include <vector>

#include "stress/driver/watchdog.hpp"
#include "tests/support/fail_each_allocation.hpp"

namespace contend {
namespace {

using namespace std::chrono_literals;

// A list of long words and how many there are: two things that a call must change both or neither.
struct Words {
  std::vector<std::string> list;
  std::size_t count = 0;
  std::mutex mutex;

  void add_well(const std::string& word) {
    std::string copy = word;
    list.reserve(2 * list.size() + 1);
    list.push_back(std::move(copy));
    ++count;
  }
  void count_first(const std::string& word) {
    ++count;
    list.push_back(word);
  }
  void add_under_a_forgotten_lock(const std::string& word) {
    mutex.lock();
    list.push_back(word);
    mutex.unlock();
  }
};

FaultedOperation<Words> adding(void (Words::*add)(const std::string&)) {
  return {"add",
          [] {
            auto words = std::make_unique<Words>();
            words->add_well("a word that is there before, and too long to lie in the string itself");
            return words;
          },
          [add](Words& words) {
            const std::string word = "a word that is added, and also too long to lie in the string itself";
            under_fault([&] { (words.*add)(word); });
            return std::to_string(words.count);
          },
          [](Words& words) {
            std::string text = std::to_string(words.count);
            for (const std::string& word : words.list) text += "\n" + word;
            return text;
          }};
}

TEST(FailEachAllocationTest, AnOperationThatBuildsFirstAndLinksLastPasses) {
  EXPECT_EQ(fail_each_allocation(adding(&Words::add_well)), 3U) << "the word that is passed, its copy, and the list";
}

TEST(FailEachAllocationTest, OneThatChangesBeforeItHasItsMemoryIsCaught) {
  testing::TestPartResultArray found;
  {
    const testing::ScopedFakeTestPartResultReporter kept(&found);
    fail_each_allocation(adding(&Words::count_first));
  }
  ASSERT_GT(found.size(), 0);
  EXPECT_THAT(found.GetTestPartResult(0).message(), testing::HasSubstr("something has happened"));
}

TEST(FailEachAllocationTest, OneThatLeavesALockHeldIsToldAsAHang) {
  const ChildEnd end = run_in_child(
      [] {
        fail_each_allocation(adding(&Words::add_under_a_forgotten_lock), 1s);
        return 0;
      },
      60s);
  EXPECT_EQ(end.exit_code, exit_hang);
  EXPECT_THAT(end.output, testing::HasSubstr("add: hangs when allocation"));
}

TEST(AllocationFaultTest, ReachesTheContainersOfTbb) {
  tbb::concurrent_hash_map<int, int> map;
  const std::size_t before = allocated_bytes();
  {
    const AllocationFault fault(1);
    EXPECT_THROW(map.insert({1, 1}), std::bad_alloc);
    EXPECT_TRUE(fault.fired());
  }
  EXPECT_TRUE(map.insert({1, 1}));
  EXPECT_GT(allocated_bytes(), before);
}

TEST(AllocationFaultTest, BytesComeBack) {
  const std::size_t before = allocated_bytes();
  {
    std::vector<char> megabyte(1 << 20);
    // A compiler may leave an allocation out that nobody looks at: g++ 16 does.
    asm volatile("" : : "g"(megabyte.data()) : "memory");
    EXPECT_GE(allocated_bytes(), before + megabyte.size());
  }
  EXPECT_EQ(allocated_bytes(), before);
}

}  // namespace
}  // namespace contend
