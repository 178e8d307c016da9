#pragma once

#include <string>
#include <vector>

#include "stress/hunt/command/hunts.hpp"

namespace contend::hunt {

// How many of `campaigns` find each target, by all strategies in turn, and by each alone if they were named; with the median of schedules and of
// seconds. Answers with the exit code: 0 when all campaigns of the portfolio have found theirs.
int print_kill_table(const std::vector<const Target*>& some, const HuntOptions& options, int campaigns,
                     const std::string& json_file);

}  // namespace contend::hunt
