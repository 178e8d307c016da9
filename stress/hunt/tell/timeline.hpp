#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "stress/hunt/runtime/plan.hpp"
#include "stress/hunt/tell/symbols.hpp"

namespace contend::hunt {

// One line of the story of an execution: what one thread did.
struct Row {
  std::uint32_t thread = 0;
  std::uint64_t step = 0;
  std::string act;          // "write A 0 -> 1"
  std::string place;        // file and line
  bool is_culprit = false;  // one of the accesses that are the find
};

// What people are told of an execution that was recorded last: who did what at which line, in order, for what several
// threads touched; the variables by letters, with what they are; and the calls that led to the find.
struct Story {
  std::vector<Row> rows;
  std::vector<std::string> variables;  // "A: 4 bytes on the stack of thread 0"
  std::vector<std::string> stacks;     // of the culprits, or of whoever waits
  std::size_t left_out = 0;            // rows in the middle that would not have fitted
};
Story tell_last_execution(const Finding& finding, Symbols& symbols);

// In columns, one a thread; as wide as asked for, as far as that is possible.
std::string timeline_text(const Story& story, std::size_t width);
// What the rule is that a find of this kind breaks.
std::string rule_broken(FindingKind kind);

}  // namespace contend::hunt
