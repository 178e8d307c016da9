// What a lock costs, alone and fought over. std::mutex stands beside ours for what the additions of ours cost.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <mutex>

#include "impls/sync/mutex.hpp"

namespace contend {
namespace {

// A critical section as short as those of the systems: a few lines of the cache, no system call.
template <class Lock>
struct Guarded {
  Lock lock;
  std::uint64_t words[8] = {};

  void touch() {
    for (std::uint64_t& word : words) ++word;
    benchmark::DoNotOptimize(words);
  }
};

template <class Lock>
void exclusive(benchmark::State& state) {
  static Guarded<Lock> guarded;
  for (auto _ : state) {
    guarded.lock.lock();
    guarded.touch();
    guarded.lock.unlock();
  }
}
BENCHMARK_TEMPLATE(exclusive, Mutex)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK_TEMPLATE(exclusive, SharedMutex)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK_TEMPLATE(exclusive, std::mutex)->ThreadRange(1, 4)->UseRealTime();

void shared(benchmark::State& state) {
  static Guarded<SharedMutex> guarded;
  for (auto _ : state) {
    guarded.lock.lock_shared();
    benchmark::DoNotOptimize(guarded.words[0]);
    guarded.lock.unlock_shared();
  }
}
BENCHMARK(shared)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
}  // namespace contend
