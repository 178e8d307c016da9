#pragma once

#include <string>
#include <vector>

#include "stress/hunt/mutants/source_text.hpp"

namespace contend::mutants {

// One small mistake: some lines of a file, replaced by as many others, so that all other lines keep their numbers.
struct Mutation {
  std::string operation;  // what kind of mistake, such as drop_lock
  std::size_t line = 0;   // of the first, from 0
  std::vector<std::string> instead;
  int nth = 0;       // of those of this kind that begin on this line
  std::string pair;  // the number that comments give this order; empty: none
};

// All mistakes that could be made in the file, whether it then compiles or not.
std::vector<Mutation> mutations_of(const SourceText& text);

}  // namespace contend::mutants
