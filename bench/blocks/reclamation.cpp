// What a reader without a lock pays to keep what it sees alive, and a writer to find out whether anybody still reads.

#include <benchmark/benchmark.h>

#include "impls/sync/epochs.hpp"

namespace contend {
namespace {

void read_pin(benchmark::State& state) {
  for (auto _ : state) {
    const ReadPin pin;
    benchmark::ClobberMemory();
  }
}
BENCHMARK(read_pin)->ThreadRange(1, 4)->UseRealTime();

void stamp(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(retire_stamp());
}
BENCHMARK(stamp)->ThreadRange(1, 4)->UseRealTime();

// Among as many readers as there are threads, each pinned.
void look_for_readers(benchmark::State& state) {
  const ReadPin pin;
  for (auto _ : state) benchmark::DoNotOptimize(oldest_reader());
}
BENCHMARK(look_for_readers)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
}  // namespace contend
