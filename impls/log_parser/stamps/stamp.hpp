#pragma once

#include <cstdint>

#include "impls/base/time.hpp"

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
inline constexpr FoundStamp impossible_stamp{FoundStamp::Shape::impossible, {}};

// What more than the spellings that everybody reads is taken for a time.
struct StampRules {
  bool bare_epoch = false;  // ten digits and nothing more
  bool month_day = false;   // mm-dd hh:mm:ss, as Android writes it
};

}  // namespace contend::log_parser
