#pragma once

#include <cstdint>
#include <string_view>

#include "impls/base/time.hpp"
#include "impls/log_parser/format/cursor.hpp"

namespace contend::log_parser {

inline constexpr DurationNs second_ns = 1'000'000'000;
inline constexpr DurationNs day_ns = 86'400 * second_ns;

// A time as a line gives it. Some lack the year, which only the stream they are in can tell.
struct Stamp {
  enum class Kind : std::uint8_t { none, utc, yearless } kind = Kind::none;
  std::uint8_t month = 0;  // yearless: 1 to 12
  std::uint8_t day = 0;    // yearless: 1 to 31
  TimeNs value_ns = 0;     // utc: since 1970; yearless: of the day
};

// Midnight of a day of the Gregorian calendar. Days beyond the end of a month go on into the next.
TimeNs midnight_ns(int year, int month, int day);

// Of the years around that of `near_ns`, the one in which the yearless stamp is nearest to it.
TimeNs with_nearest_year(const Stamp& stamp, TimeNs near_ns);
TimeNs with_year(const Stamp& stamp, int year);

// What stands at a place of a line: no time, the shape of one whose values are impossible or unclear, or a time.
struct FoundStamp {
  enum class Shape : std::uint8_t { none, impossible, whole } shape = Shape::none;
  Stamp stamp;  // of kind none unless the shape is whole
};

// What more than the spellings that everybody reads is taken for a time.
struct StampRules {
  bool bare_epoch = false;  // ten digits and nothing more
  bool month_day = false;   // mm-dd hh:mm:ss, as Android writes it
};

// Reads a date and a time in any of the spellings of log_parser.hpp, with their zone. Where there is the shape of one the
// cursor ends behind it, else it stays. O(1).
FoundStamp read_stamp(Cursor& cursor, StampRules rules = {});

// Digits of a number since 1970, with a fraction and an exponent: seconds, or by the size of its whole part milli-, micro-
// or nanoseconds. Only what is read wholly and lies before 2201 is a time.
FoundStamp read_epoch(std::string_view number);

// 1 to 12 for `Jan` to `Dec`, else 0.
int month_of(std::string_view name);

// Whether the bytes begin with the shape of a time: a date, what separates, and the beginning of a clock. O(1).
bool begins_with_unusual_stamp(std::string_view bytes, StampRules rules);
inline bool begins_with_stamp(std::string_view bytes, StampRules rules = {}) {
  // yyyy-mm-dd hh:mm decides most lines at once, and a first byte that no date begins with most others.
  const char first = bytes.empty() ? ' ' : bytes[0];
  if (bytes.size() >= 16 && is_digit(first) && bytes[4] == '-' && bytes[7] == '-' &&
      (bytes[10] == ' ' || bytes[10] == 'T') && bytes[13] == ':') {
    bool digits = true;
    for (std::size_t i = 1; i < 16; ++i) digits &= i == 4 || i == 7 || i == 10 || i == 13 || is_digit(bytes[i]);
    if (digits) return true;
  }
  if (bytes.size() >= 12 && bytes[3] == ' ' && bytes[6] == ' ' && bytes[9] == ':' && is_digit(bytes[5]) &&
      is_digit(bytes[7]) && is_digit(bytes[8]) && is_digit(bytes[10]) && (is_digit(bytes[4]) || bytes[4] == ' ') &&
      month_of(bytes.substr(0, 3)) != 0) {
    return true;  // Mmm dd hh:m
  }
  if (!is_digit(first) && !is_capital(first) && first != '@') return false;
  return begins_with_unusual_stamp(bytes, rules);
}

}  // namespace contend::log_parser
