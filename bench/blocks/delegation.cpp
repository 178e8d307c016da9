// One piece of work on state that only one thread at a time may touch, through each of the executors that a design may
// choose: the way there and back is what is measured.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "impls/sync/delegation/delegated.hpp"
#include "impls/sync/delegation/flat_combiner.hpp"
#include "impls/sync/delegation/owner_thread.hpp"

namespace contend {
namespace {

template <class Executor>
void call(benchmark::State& state) {
  static Delegated<std::uint64_t, Executor> counter(std::uint64_t{0});
  for (auto _ : state) benchmark::DoNotOptimize(counter.call([](std::uint64_t& count) { return ++count; }));
}
BENCHMARK_TEMPLATE(call, CriticalSection)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK_TEMPLATE(call, FlatCombiner)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK_TEMPLATE(call, OwnerThread)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
}  // namespace contend
