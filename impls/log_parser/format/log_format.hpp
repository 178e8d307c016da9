#pragma once

#include <string_view>

#include "impls/log_parser/format/stamps.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// What the first line of an event says. `message` points into the line.
struct Header {
  Malformed malformed = Malformed::none;
  Level level = Level::unknown;
  Stamp stamp;
  std::string_view message;
};

// Whether a line has the shape of the format's header: it starts an event, even where its values turn out to be
// impossible. O(1).
inline bool has_header_shape(Format format, std::string_view line) {
  switch (format) {
    case Format::log4j:
      if (line.empty() || (!is_digit(line[0]) && line[0] != '[')) return false;
      return looks_like_date(line[0] == '[' ? line.substr(1) : line);
    case Format::syslog: {
      std::string_view stamp = line;
      if (line.starts_with('<')) {
        const std::size_t close = line.substr(0, 6).find('>');
        if (close == std::string_view::npos) return false;
        stamp.remove_prefix(close + 1);
      }
      return stamp.size() >= 5 && stamp[3] == ' ' && month_of(stamp.substr(0, 3)) != 0 &&
             (is_digit(stamp[4]) || stamp[4] == ' ');
    }
    case Format::access:
    case Format::json_lines:
      return true;
    case Format::custom:
      return false;
  }
  return false;
}

// O(line).
Header read_header(Format format, std::string_view line);

Header read_json_header(std::string_view line);

}  // namespace contend::log_parser
