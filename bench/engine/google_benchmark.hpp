#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace contend {

// What Google Benchmark does for a trial: it registers it under its name, runs it once with the time that the trial
// itself measured, and reports it in its JSON. How long a trial lasts, in which order trials run and what they come to
// is for the engine and its statistics.

// Call it once, first. `contexts` are "key=value" for the context of the JSON.
void start_google_benchmark(const std::vector<std::string>& contexts);

struct MeasuredRun {
  double seconds = 0;
  std::uint64_t operations = 0;
};
void run_benchmark(const std::string& name, const std::function<MeasuredRun()>& trial);

// Google Benchmark's own JSON about all that has run.
std::string google_benchmark_json();

}  // namespace contend
