#include "impls/base/wrapping.hpp"

#include <algorithm>

namespace contend {

std::vector<std::string> wrapped(std::string text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t end = text.rfind(' ', width);
    if (end == text.npos || end < width / 2) end = width;
    lines.push_back(text.substr(0, end));
    text.erase(0, end);
    text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!text.empty()) lines.push_back(text);
  return lines;
}

std::string paragraph(std::string text, std::size_t indent) {
  std::string lines;
  for (const std::string& line : wrapped(std::move(text), terminal_columns - indent)) {
    lines += std::string(indent, ' ') + line + "\n";
  }
  return lines;
}

}  // namespace contend
