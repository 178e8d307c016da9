// The ledger's log over a storage in memory: framing, checksum and group commit without the disk.

#include "impls/ledger/log/write_ahead_log.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

namespace contend::ledger {
namespace {

// Counts what it is given and keeps none of it, so that a long run needs no memory.
class CountingStorage final : public LogStorage {
 public:
  std::string read_all() override { return {}; }
  void append(std::string_view bytes) override { bytes_ += bytes.size(); }
  void sync() override { benchmark::DoNotOptimize(bytes_); }
  void truncate(std::size_t bytes) override { bytes_ = bytes; }

 private:
  std::size_t bytes_ = 0;
};

WriteAheadLog make_log() {
  return {std::make_shared<CountingStorage>(), [](std::string_view) {}};
}

// 64 records of one caller to a commit, by the length of the record.
void append(benchmark::State& state) {
  const std::string record(static_cast<std::size_t>(state.range(0)), 'r');
  WriteAheadLog log = make_log();
  for (auto _ : state) {
    log.reserve();
    const WriteAheadLog::Position position = log.append(record);
    if (position % 64 == 0) log.await_durable(position);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append)->RangeMultiplier(8)->Range(16, 1024);

// Each record acknowledged: how the commits of several callers join.
void append_and_wait(benchmark::State& state) {
  static Mutex order({"order of the log", 0});
  static WriteAheadLog log = make_log();
  const std::string record(64, 'r');
  const auto append_in_turn = [&] {
    const MutexLock lock(order);
    log.reserve();
    return log.append(record);
  };
  for (auto _ : state) log.await_durable(append_in_turn());
}
BENCHMARK(append_and_wait)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
}  // namespace contend::ledger
