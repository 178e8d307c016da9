#include "bench/engine/google_benchmark.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <sstream>

namespace contend {
namespace {

// Keeps what is reported of a trial, for the JSON.
class Collector final : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(std::vector<Run>& runs) : runs_(runs) {}
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { runs_.insert(runs_.end(), runs.begin(), runs.end()); }

 private:
  std::vector<Run>& runs_;
};

std::vector<benchmark::BenchmarkReporter::Run>& all_runs() {
  static std::vector<benchmark::BenchmarkReporter::Run> runs;
  return runs;
}

}  // namespace

void start_google_benchmark(const std::vector<std::string>& contexts) {
  // The engine has acted on these flags; said here, they are not taken from the environment a second time.
  std::vector<std::string> flags{"--benchmark_filter=", "--benchmark_list_tests=false", "--benchmark_repetitions=1",
                                 "--benchmark_out="};
  for (const std::string& context : contexts) flags.push_back("--benchmark_context=" + context);
  static std::string program = "bench";  // the library keeps its address as the name of the executable
  std::vector<char*> arguments{program.data()};
  for (std::string& flag : flags) arguments.push_back(flag.data());
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
}

void run_benchmark(const std::string& name, const std::function<MeasuredRun()>& trial) {
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark(name.c_str(),
                               [&](benchmark::State& state) {
                                 MeasuredRun run;
                                 for (auto _ : state) {
                                   run = trial();
                                   state.SetIterationTime(std::max(run.seconds, 1e-9));
                                 }
                                 state.counters["ops"] = benchmark::Counter(static_cast<double>(run.operations),
                                                                            benchmark::Counter::kIsRate);
                               })
      ->Iterations(1)
      ->UseManualTime();
  Collector collector(all_runs());
  benchmark::RunSpecifiedBenchmarks(&collector, nullptr, "all");
}

std::string google_benchmark_json() {
  std::ostringstream text;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&text);
  reporter.SetErrorStream(&text);
  reporter.ReportContext({});
  if (!all_runs().empty()) reporter.ReportRuns(all_runs());
  reporter.Finalize();
  return text.str();
}

}  // namespace contend
