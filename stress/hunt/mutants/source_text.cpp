#include "stress/hunt/mutants/source_text.hpp"

#include <fstream>

namespace contend::mutants {
namespace {

// Blanks comments and quoted text of one line; `inside` says whether a comment of several lines goes on.
std::string code_of(const std::string& line, bool& inside) {
  std::string code = line;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool pair = i + 1 < line.size();
    if (inside) {
      code[i] = ' ';
      if (pair && line[i] == '*' && line[i + 1] == '/') {
        code[++i] = ' ';
        inside = false;
      }
    } else if (quote != 0) {
      if (line[i] == '\\' && pair) {
        code[i] = code[i + 1] = ' ';
        ++i;
      } else if (line[i] == quote) {
        quote = 0;
      } else {
        code[i] = ' ';
      }
    } else if (pair && line[i] == '/' && line[i + 1] == '/') {
      return code.substr(0, i) + std::string(line.size() - i, ' ');
    } else if (pair && line[i] == '/' && line[i + 1] == '*') {
      inside = true;
      code[i] = ' ';
    } else if (line[i] == '"' || (line[i] == '\'' && (i == 0 || isalnum(line[i - 1]) == 0))) {
      quote = line[i];  // between digits it parts thousands
    }
  }
  return code;
}

}  // namespace

SourceText read_source(const std::string& file) {
  SourceText text;
  std::ifstream in(file);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    text.code.push_back(code_of(line, inside));
    text.lines.push_back(std::move(line));
  }
  return text;
}

std::size_t behind_bracket(const std::string& line, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < line.size(); ++i) {
    if (line[i] == '(') ++depth;
    if (line[i] == ')' && --depth == 0) return i + 1;
  }
  return std::string::npos;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace contend::mutants
