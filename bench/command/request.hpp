#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "bench/sittings/exit_codes.hpp"
#include "bench/sittings/sittings.hpp"

namespace contend {

// What the command line asks for.
struct Request {
  SittingOptions sitting;
  Call call;
  std::filesystem::path copy;                 // of the results, by --benchmark_out; none if empty
  std::string rates;                          // at which response times are measured, as --rate says
  std::string keep;                           // what they must keep
  std::vector<std::string> redraw;            // result files whose report is drawn again
  std::filesystem::path gallery;              // a folder of which every set is drawn again; none if empty
  std::vector<std::string> merge;             // result files to be put together
  std::vector<std::string> compare;           // two result files
  std::vector<std::string> deadlocks;         // files of the stress program
  std::vector<std::string> hunts;             // files of the hunt
  std::string kill_table;                     // what the hunt printed; none if empty
  std::map<std::string, std::string> inputs;  // files that users bring, by option
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
