#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "stress/hunt/names/symbols.hpp"
#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// What one thread did in one step.
struct Row {
  std::uint32_t thread = 0;
  SourcePlace place;        // in the program's own code; not known where none was called
  std::string source;       // that line
  std::string act;          // "writes counter 0 -> 1"
  bool is_culprit = false;  // one of the accesses that are the find
  // The row by another thread that this one had to come after, or whose value it saw; the number of all rows: none.
  std::size_t after = 0;
};

// Between two rows another thread goes on.
struct Switch {
  std::size_t before = 0;  // the row that comes next
  bool is_chosen = false;  // a decision of the token: by default the running thread would have gone on
  std::string text;        // "thread 1 is stopped here, thread 2 runs"; empty where there is nothing to say
};

struct Column {
  std::uint32_t thread = 0;
  SourcePlace started;  // where; not known of main
};

// What people are told of an execution: who did what at which line, in order, for what several threads touched; and
// what is wrong with that.
struct Story {
  std::vector<std::string> explanation;  // the find in words, with names and lines
  std::vector<Column> columns;           // threads that do something
  std::vector<Row> rows;
  bool is_unordered = false;  // the culprits are a race
  std::vector<Switch> switches;
  std::size_t left_out = 0;            // rows in the middle that would not have fitted
  std::vector<std::string> variables;  // what letters in the rows stand for
  std::vector<std::string> stacks;     // of the culprits, or of whoever waits
};

// Of the execution that was recorded last.
Story tell_last_execution(const Finding& finding, Symbols& symbols);

}  // namespace contend::hunt
