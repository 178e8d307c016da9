#pragma once

#include <string>
#include <vector>

#include "bench/command/session.hpp"

namespace contend {

// All the JSON that the program reads and writes, as texts: its library is expensive to compile, so no other part of
// the engine includes it.

// A result file: Google Benchmark's JSON with the trials in full, the panels and what they were made of, as documented
// in results/README.md. `deadlocks`: the arrays that the stress program gave about designs that deadlock.
std::string results_json(const Session& session, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& deadlocks);

// What `--list --json` prints.
std::string list_json(const std::vector<BenchSystem>& systems);

// The text of a file. Throws std::invalid_argument with a sentence where it cannot be read or is not JSON.
std::string read_json(const std::string& path);

}  // namespace contend
