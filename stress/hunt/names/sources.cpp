#include "stress/hunt/names/sources.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

namespace contend::hunt {
namespace {

const std::vector<std::string>& lines_of(const std::string& path) {
  static std::map<std::string, std::vector<std::string>> files;
  const auto [at, is_new] = files.try_emplace(path);
  if (is_new) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) at->second.push_back(line);
  }
  return at->second;
}

std::string whole_line(const SourcePlace& place) {
  if (!place.is_known()) return "";
  const std::vector<std::string>& lines = lines_of(place.path);
  const auto index = static_cast<std::size_t>(place.line) - 1;
  return index < lines.size() ? lines[index] : "";
}

bool is_of_name(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}
std::size_t end_of_name(const std::string& text, std::size_t at) {
  while (at < text.size() && is_of_name(text[at])) ++at;
  return at;
}
std::size_t skip_blanks(const std::string& text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}
std::size_t skip_blanks_backwards(const std::string& text, std::size_t end) {
  while (end > 0 && text[end - 1] == ' ') --end;
  return end;
}

// The name that ends before `end`.
std::optional<NameInSource> name_before(const std::string& text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && is_of_name(text[begin - 1])) --begin;
  if (begin == end || std::isdigit(static_cast<unsigned char>(text[begin])) != 0) return std::nullopt;
  NameInSource found{text.substr(begin, end - begin), false};
  if (begin > 0 && text[begin - 1] == '.') found.is_member = true;
  if (begin > 1 && text[begin - 2] == '-' && text[begin - 1] == '>') found.is_member = true;
  const std::size_t before = skip_blanks_backwards(text, begin);
  // What a pointer points to is another object than the pointer.
  if (!found.is_member && before > 0 && text[before - 1] == '*') return std::nullopt;
  if (found.name == "this" || found.name == "return") return std::nullopt;
  return found;
}

// The only thing between the bracket at `open` and its end.
std::optional<NameInSource> only_argument(const std::string& text, std::size_t open) {
  const std::size_t close = text.find_first_of(",(){};", open + 1);
  if (close == text.npos || (text[close] != ')' && text[close] != '}')) return std::nullopt;
  std::size_t begin = skip_blanks(text, open + 1);
  if (begin < close && text[begin] == '&') ++begin;
  for (std::size_t i = begin; i < close; ++i) {
    const bool is_arrow = text[i] == '-' || text[i] == '>';
    if (!is_of_name(text[i]) && text[i] != '.' && !is_arrow) return std::nullopt;
  }
  return name_before(text, close);
}

// Of an assignment the left side, of ++ and -- what they count.
std::optional<NameInSource> operand_at(const std::string& text, std::size_t at) {
  const bool counts = text.compare(at, 2, "++") == 0 || text.compare(at, 2, "--") == 0;
  if (counts && at + 2 < text.size() && is_of_name(text[at + 2])) {
    std::size_t end = end_of_name(text, at + 2);
    while (end < text.size() && (text[end] == '.' || text.compare(end, 2, "->") == 0)) {
      end = end_of_name(text, end + (text[end] == '.' ? 1 : 2));
    }
    if (end < text.size() && (text[end] == '[' || text[end] == '(')) return std::nullopt;
    return name_before(text, end);
  }
  const bool with_another = std::string_view("+-*/%|&^").find(text[at]) != std::string_view::npos;
  const bool assigns = text[at] == '=' || (with_another && at + 1 < text.size() && text[at + 1] == '=');
  if (!counts && !assigns) return std::nullopt;
  return name_before(text, skip_blanks_backwards(text, at));
}

}  // namespace

std::string source_line(const SourcePlace& place) {
  const std::string line = whole_line(place);
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin == line.npos ? "" : line.substr(begin);
}

std::optional<NameInSource> name_in_source(const SourcePlace& place) {
  const std::string text = whole_line(place);
  if (place.column < 1 || static_cast<std::size_t>(place.column) > text.size()) return std::nullopt;
  const std::size_t at = static_cast<std::size_t>(place.column) - 1;
  if (!is_of_name(text[at])) return operand_at(text, at);
  const std::size_t end = end_of_name(text, at);
  const std::size_t next = skip_blanks(text, end);
  if (next < text.size() && std::string_view("([{<:").find(text[next]) != std::string_view::npos) return std::nullopt;
  return name_before(text, end);
}

std::optional<CalledOn> called_on(const SourcePlace& place) {
  const std::string text = whole_line(place);
  if (place.column < 1 || static_cast<std::size_t>(place.column) > text.size()) return std::nullopt;
  const std::size_t at = static_cast<std::size_t>(place.column) - 1;
  std::string function;
  const auto by_itself = [&](const std::optional<NameInSource>& name) -> std::optional<CalledOn> {
    return name ? std::optional(CalledOn{*name, function, false}) : std::nullopt;
  };
  if (!is_of_name(text[at])) return by_itself(operand_at(text, at));
  const std::size_t next = skip_blanks(text, end_of_name(text, at));
  if (next >= text.size() || (text[next] != '(' && text[next] != '{')) return by_itself(name_in_source(place));
  function = text.substr(at, end_of_name(text, at) - at);
  if (at > 0 && text[at - 1] == '.') return by_itself(name_before(text, at - 1));
  if (at > 1 && text[at - 2] == '-' && text[at - 1] == '>') return std::nullopt;
  const std::optional<NameInSource> argument = only_argument(text, next);
  return argument ? std::optional(CalledOn{*argument, function, true}) : std::nullopt;
}

std::uint64_t declared_elements(const SourcePlace& place, const std::string& variable) {
  const std::string text = whole_line(place);
  const std::size_t at = text.find(" " + variable + "[");
  if (at == text.npos) return 0;
  char* end = nullptr;
  const std::uint64_t count = std::strtoull(text.c_str() + at + variable.size() + 2, &end, 10);
  return *end == ']' && end[1] != '[' ? count : 0;
}

bool may_declare_scalar(const SourcePlace& place) {
  const std::string text = whole_line(place);
  constexpr std::string_view words[] = {"auto",   "atomic", "int",       "long",  "short",  "unsigned",
                                        "size_t", "char",   "bool",      "float", "double", "*",
                                        "&",      "mutex",  "semaphore", "flag",  "latch",  "condition"};
  if (text.empty()) return true;
  return std::any_of(std::begin(words), std::end(words), [&](auto word) { return text.find(word) != text.npos; });
}

}  // namespace contend::hunt
