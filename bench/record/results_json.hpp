#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/record/beside.hpp"
#include "bench/record/record.hpp"

namespace contend {

// All the JSON that the program reads and writes, as texts: its library is expensive to compile, so only the files that
// implement this header include it.

// A result file, as documented in results/README.md.
struct ResultFile {
  std::filesystem::path path;
  Record record;
  std::string rest;  // JSON: all that is neither measured nor judged
};

// How a sitting measured.
struct Measured {
  int rounds = 0;
  int window_ms = 0;                   // of a trial
  std::vector<std::string> arguments;  // to repeat it with
};

// Of a sitting: Google Benchmark's context and ours, and what was measured. Not judged yet.
std::string sitting_json(const Record& record, const Measured& measured);

// A file that this program has written. Throws std::invalid_argument with a sentence that names the file.
ResultFile read_results(const std::filesystem::path& path, const std::vector<BenchSystem>& systems);

// The sittings of all of them as one result. Throws std::invalid_argument with a sentence where they must not be mixed:
// other machines, kernels, compilers, options, sources or lengths of a trial.
ResultFile merge(std::vector<ResultFile> files);

// The first thing that sets the runs apart besides their time, as a sentence; empty if there is none.
std::string difference(const ResultFile& a, const ResultFile& b);

// The systems whose workloads need not be the same under the same names, in order: their words have other defaults in the
// other file, or these were not written down yet. None where both are of the same sources.
std::vector<std::string> systems_of_other_words(const ResultFile& a, const ResultFile& b);

// A result file in full: what was measured, what that comes to, what the designs and workloads are, and every trial's
// name as a benchmark of Google's, each sitting a repetition.
std::string results_json(const ResultFile& file, const Findings& findings, const std::vector<BenchSystem>& systems,
                         const Beside& beside);

// What `--list --json` prints.
std::string list_json(const std::vector<BenchSystem>& systems);

// The text of a file. Throws std::invalid_argument with a sentence where it cannot be read.
std::string read_text(const std::filesystem::path& path);
// The same where it is to be JSON; also throws where it is not.
std::string read_json(const std::filesystem::path& path);

}  // namespace contend
