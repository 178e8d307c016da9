// Hashing, by the length of the key.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "impls/base/hashing.hpp"

namespace contend {
namespace {

void hash_key(benchmark::State& state) {
  const std::string key(static_cast<std::size_t>(state.range(0)), 'k');
  for (auto _ : state) benchmark::DoNotOptimize(hash_bytes(key));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(hash_key)->RangeMultiplier(8)->Range(8, 4096);

void hash_id(benchmark::State& state) {
  std::uint64_t id = 1;
  const NumberHash hash;
  for (auto _ : state) benchmark::DoNotOptimize(id = hash(id));
}
BENCHMARK(hash_id);

// Each from the one before it, as when a stripe is chosen from a hash.
void mix(benchmark::State& state) {
  std::uint64_t bits = 1;
  for (auto _ : state) benchmark::DoNotOptimize(bits = mix_bits(bits));
}
BENCHMARK(mix);

}  // namespace
}  // namespace contend
