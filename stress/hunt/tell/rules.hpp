#pragma once

#include <string>
#include <vector>

#include "stress/hunt/names/variables.hpp"
#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// What the rule is that a find of this kind breaks.
std::string rule_broken(FindingKind kind);
// The find in words: who did what where, what would have ordered the two, who waits for whom. A line for each sentence. Looks
// at the execution that was recorded last.
std::vector<std::string> explain(const Finding& finding, Symbols& symbols, Variables& variables);

}  // namespace contend::hunt
