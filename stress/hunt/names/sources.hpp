#pragma once

#include <optional>
#include <string>

#include "stress/hunt/names/symbols.hpp"

namespace contend::hunt {

// The line without its indentation; empty where the file is not there any more.
std::string source_line(const SourcePlace& place);

// What an access calls its object, by the text around the column at which the compiler has it.
struct NameInSource {
  std::string name;        // "next" of node->next.load()
  bool is_member = false;  // of something: there is a dot or an arrow before it
};
// Only where the text leaves no doubt. What the program does itself: a variable or a member that is read, assigned or
// counted.
std::optional<NameInSource> name_in_source(const SourcePlace& place);
// What is done by a function that is called here: `flag` of flag.load(), flag = true, or lock_guard guard(flag).
struct CalledOn {
  NameInSource object;
  std::string function;      // "load", or the name of the lock; empty for an operator
  bool is_argument = false;  // the only one
};
std::optional<CalledOn> called_on(const SourcePlace& place);
// How many elements a declaration in this line has, such as `Node nodes[3]`; 0: that is not what it says.
std::uint64_t declared_elements(const SourcePlace& place, const std::string& variable);

// Whether a declaration in this line may be of a variable without members: a number, a pointer, an atomic or a lock.
bool may_declare_scalar(const SourcePlace& place);

}  // namespace contend::hunt
