#pragma once

#include "stress/hunt/names/symbols.hpp"
#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// Races that are known and hurt nobody, in the format of ThreadSanitizer: lines "race:part of a function or file", in the file
// that CONTEND_SUPPRESSIONS names and in those that come with the hunt. Looks at the execution that was recorded last.
bool is_suppressed_race(const Finding& finding, Symbols& symbols);
// Neither of its two places is told again in this process.
void ignore_race_of(const Finding& finding);

}  // namespace contend::hunt
