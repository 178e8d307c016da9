#include "impls/sync/mutex.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "impls/sync/epochs.hpp"

namespace contend {
namespace {

using namespace std::chrono_literals;

// Readers that hold the lock for a while and come back at once: there is hardly ever an instant without one.
TEST(SharedMutexTest, AWriterWaitsForTheReadersThatAreInAndNotForThoseThatCome) {
  constexpr int writes = 20;
  SharedMutex mutex;
  std::atomic<int> reads{0};
  std::atomic<bool> written{false};
  const auto read = [&] {
    while (!written && reads < 100'000) {
      const ReaderLock lock(mutex);
      ++reads;
      std::this_thread::sleep_for(200us);
    }
  };
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 4; ++reader) readers.emplace_back(read);
  while (reads < 4) std::this_thread::yield();
  std::vector<int> meanwhile;
  for (int i = 0; i < writes; ++i) {
    const int before = reads;
    const WriterLock lock(mutex);
    meanwhile.push_back(reads - before);
  }
  written = true;
  // The middle one: the writer may lose its core before it waits.
  std::ranges::sort(meanwhile);
  EXPECT_LE(meanwhile[writes / 2], 20) << "reads that began while a writer waited";
}

// As many as the table of slots held once, and more.
TEST(EpochsTest, AThousandThreadsReadAtTheSameTime) {
  constexpr int threads = 1000;
  std::atomic<int> reading{0};
  std::atomic<bool> seen{false};
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < threads; ++reader) {
    readers.emplace_back([&] {
      const ReadPin pin;
      ++reading;
      reading.notify_all();
      seen.wait(false);
    });
  }
  for (int now = reading; now < threads; now = reading) reading.wait(now);
  EXPECT_LE(oldest_reader(), retire_stamp());
  seen = true;
  seen.notify_all();
}

}  // namespace
}  // namespace contend
