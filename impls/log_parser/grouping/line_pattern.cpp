#include "impls/log_parser/grouping/line_pattern.hpp"

#include "impls/base/ascii.hpp"
#include "impls/log_parser/format/log_format.hpp"

namespace contend::log_parser {
namespace {

bool glyph_matches(char glyph, char byte) {
  switch (glyph) {
    case '#':
      return is_digit(byte);
    case '@':
      return is_letter(byte);
    case '_':
      return byte == ' ' || byte == '\t';
    case '?':
      return true;
    default:
      return glyph == byte;
  }
}

// How many bytes of a line the pattern stands for.
std::size_t pattern_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); i += text[i] == '\\' ? 2 : 1) ++length;
  return length;
}

bool matches_at(std::string_view text, std::string_view bytes) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool literal = text[i] == '\\' && ++i < text.size();
    if (bytes.empty()) return false;
    if (literal ? text[i] != bytes[0] : !glyph_matches(text[i], bytes[0])) return false;
    bytes.remove_prefix(1);
  }
  return true;
}

}  // namespace

bool matches(const LinePattern& pattern, Format format, std::string_view line) {
  switch (pattern.place) {
    case LinePattern::Place::header:
      return has_header_shape(format, line);
    case LinePattern::Place::starts_with:
      return matches_at(pattern.text, line);
    case LinePattern::Place::ends_with: {
      const std::size_t length = pattern_length(pattern.text);
      return line.size() >= length && matches_at(pattern.text, line.substr(line.size() - length));
    }
  }
  return false;
}

}  // namespace contend::log_parser
