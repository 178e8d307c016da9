// The key/value store's sequential tables without any lock, by the number of their keys: what a design's
// synchronisation comes on top of.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "impls/kv_store/table/table.hpp"

namespace contend::kv_store {
namespace {

// As long as a path, and in no order that the tables could profit from.
std::vector<std::string> keys(const char* prefix, std::int64_t count) {
  std::vector<std::string> made;
  for (std::int64_t i = 0; i < count; ++i) made.push_back(prefix + std::to_string(i));
  std::ranges::shuffle(made, std::mt19937_64(1));
  return made;
}

template <class Table>
void fill(Table& table, const std::vector<std::string>& with) {
  for (const std::string& key : with) table.set(key, std::string(64, 'v'), forever, 0);
}

// Gets each of `asked` in turn.
template <class Table>
void ask(benchmark::State& state, Table& table, const std::vector<std::string>& asked) {
  std::string value;
  std::size_t place = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.get(asked[place], 1, value));
    if (++place == asked.size()) place = 0;
  }
}

template <class Table>
void get_hit(benchmark::State& state) {
  const std::vector<std::string> present = keys("/usr/share/present/", state.range(0));
  Table table;
  fill(table, present);
  ask(state, table, present);
}
BENCHMARK_TEMPLATE(get_hit, HashedTable)->RangeMultiplier(8)->Range(1 << 7, 1 << 16);
BENCHMARK_TEMPLATE(get_hit, OrderedTable)->RangeMultiplier(8)->Range(1 << 7, 1 << 16);

template <class Table>
void get_miss(benchmark::State& state) {
  Table table;
  fill(table, keys("/usr/share/present/", state.range(0)));
  ask(state, table, keys("/usr/share/missing/", state.range(0)));
}
BENCHMARK_TEMPLATE(get_miss, HashedTable)->RangeMultiplier(8)->Range(1 << 7, 1 << 16);
BENCHMARK_TEMPLATE(get_miss, OrderedTable)->RangeMultiplier(8)->Range(1 << 7, 1 << 16);

template <class Table>
void overwrite(benchmark::State& state) {
  const std::vector<std::string> present = keys("/usr/share/present/", state.range(0));
  const std::string value(64, 'w');
  Table table;
  fill(table, present);
  std::size_t place = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.set(present[place], value, forever, 1));
    if (++place == present.size()) place = 0;
  }
}
BENCHMARK_TEMPLATE(overwrite, HashedTable)->RangeMultiplier(8)->Range(1 << 7, 1 << 16);

}  // namespace
}  // namespace contend::kv_store
