#pragma once

#include "bench/command/request.hpp"
#include "bench/command/results_json.hpp"

namespace contend {

// Runs this program again for each sitting, one after the other, with its share of the budget, and puts together what
// they have written below `out`/sittings. A sitting that somebody interrupts is the last one, and what it has measured
// counts. Throws std::runtime_error with a sentence where a sitting ends otherwise, or none measured a round.
ResultFile run_sittings(const Request& request, const std::vector<BenchSystem>& systems);

// The program as one of those sittings: measures, and leaves its file after every panel. Returns an exit code.
int run_one_sitting(const Request& request, const std::vector<BenchSystem>& systems);

}  // namespace contend
