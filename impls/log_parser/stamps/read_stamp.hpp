#pragma once

#include <string_view>

#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/stamps/byte_layout.hpp"
#include "impls/log_parser/stamps/dates.hpp"
#include "impls/log_parser/stamps/stamp.hpp"
#include "impls/log_parser/stamps/usual_layouts.hpp"

namespace contend::log_parser {

// Of the spellings that no usual layout is.
FoundStamp read_unusual_stamp(Cursor& cursor, StampRules rules);

// Reads a date and a time in any of the spellings of log_parser.hpp, with their zone. Where there is the shape of one the
// cursor ends behind it, else it stays. O(1).
inline FoundStamp read_stamp(Cursor& cursor, StampRules rules = {}) {
  FoundStamp found;
  return read_usual_layout(cursor, found) ? found : read_unusual_stamp(cursor, rules);
}

// Whether the bytes begin with the shape of a time: a date, what separates, and the beginning of a clock. O(1).
bool begins_with_unusual_stamp(std::string_view bytes, StampRules rules);
inline bool begins_with_stamp(std::string_view bytes, StampRules rules = {}) {
  // yyyy-mm-dd hh:mm decides most lines at once, and a first byte that no date begins with most others.
  const char first = bytes.empty() ? ' ' : bytes[0];
  constexpr ByteLayout year_and_month("0000-00-");
  constexpr ByteLayout day_and_clock("00*00:00");
  constexpr ByteLayout of_syslog(" *0 00:0");  // Mmm dd hh:m
  if (bytes.size() >= 16 && year_and_month.matches(bytes.data()) && day_and_clock.matches(bytes.data() + 8) &&
      (bytes[10] == ' ' || bytes[10] == 'T')) {
    return true;
  }
  if (bytes.size() >= 12 && of_syslog.matches(bytes.data() + 3) && (is_digit(bytes[4]) || bytes[4] == ' ') &&
      month_of(bytes.substr(0, 3)) != 0) {
    return true;
  }
  if (!is_digit(first) && !is_capital(first) && first != '@') return false;
  return begins_with_unusual_stamp(bytes, rules);
}

}  // namespace contend::log_parser
