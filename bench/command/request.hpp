#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "bench/command/sitting.hpp"

namespace contend {

inline constexpr int exit_ok = 0;
inline constexpr int exit_violation = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_busy = 3;
inline constexpr int exit_environment = 4;
inline constexpr int exit_interrupted = 130;

// What the command line asks for.
struct Request {
  SittingOptions sitting;
  std::filesystem::path out = "results/local";
  std::filesystem::path copy;                 // of the results, by --benchmark_out; none if empty
  std::string redraw;                         // a result file whose report is drawn again
  std::vector<std::string> merge;             // result files to be put together
  std::vector<std::string> compare;           // two result files
  std::vector<std::string> deadlocks;         // files of the stress program
  std::map<std::string, std::string> inputs;  // files that users bring, by option
  std::vector<std::string> contexts;          // "key=value" for Google Benchmark's context
  std::vector<std::string> repeat_with;       // the arguments to repeat the run with, without the machine's folders
  std::vector<std::string> arguments;         // all of them, the program's name first
  std::filesystem::path sitting_file;         // where one sitting leaves what it measured; empty: this is no sitting
  bool list = false;
  bool list_trials = false;
  bool dry_run = false;
  bool json = false;  // on standard output, in place of the tables
};

// Prints what is wrong or asked for, and gives the exit code where there is nothing more to do.
std::variant<Request, int> parse_request(int argc, char** argv);

// Says on standard error why it cannot be done.
int refuse(const std::string& sentence);

}  // namespace contend
