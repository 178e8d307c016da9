#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/record/results_json.hpp"
#include "bench/sittings/sitting.hpp"

namespace contend {

// How this program was called, for it is to call itself.
struct Call {
  std::filesystem::path out;             // the folder of the results
  std::vector<std::string> arguments;    // all of them, the program's name first
  std::vector<std::string> repeat_with;  // those to repeat the run with: without the machine's folders
  std::vector<std::string> contexts;     // "key=value" for Google Benchmark's context
  std::filesystem::path sitting_file;    // where one sitting leaves what it measured; empty: this is no sitting
};

// Runs this program again for each sitting, one after the other, with its share of the budget, and puts together what
// they have written below `call.out`/sittings. A sitting that somebody interrupts is the last one, and what it has measured
// counts. Throws std::runtime_error with a sentence where a sitting ends otherwise, or none measured a round.
ResultFile run_sittings(const Call& call, const SittingOptions& options, const std::vector<BenchSystem>& systems);

// The program as one of those sittings: measures, and leaves its file after every panel. Returns an exit code.
int run_one_sitting(const Call& call, const SittingOptions& options, const std::vector<BenchSystem>& systems);

}  // namespace contend
