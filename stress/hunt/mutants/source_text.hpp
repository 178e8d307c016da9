#pragma once

#include <string>
#include <vector>

namespace contend::mutants {

// A source file in lines, and the same lines with comments and what stands in quotes blanked, so that places agree.
struct SourceText {
  std::vector<std::string> lines;
  std::vector<std::string> code;
};

// Raw strings are not known: the tree's designs have none.
SourceText read_source(const std::string& file);

// The place behind the bracket that closes the one at `open`; npos if it closes on another line.
std::size_t behind_bracket(const std::string& line, std::size_t open);

std::string trimmed(const std::string& text);

}  // namespace contend::mutants
