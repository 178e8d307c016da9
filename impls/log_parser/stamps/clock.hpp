#pragma once

#include <cstdint>

#include "impls/base/time.hpp"
#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/stamps/dates.hpp"
#include "impls/log_parser/stamps/stamp.hpp"

namespace contend::log_parser {

struct Clock {
  int hour = 0;
  int minute = 0;
  int second = 0;  // 60 is a leap second
  std::int64_t fraction_ns = 0;
  bool impossible = false;

  TimeNs of_day_ns() const { return (hour * 3600 + minute * 60 + second) * second_ns + fraction_ns; }
};

// h:mm, h:mm:ss and h:mm:ss,fff; with `compact` also hhmmss.
Clock read_clock(Cursor& cursor, bool compact);

// Reads what may follow a clock: AM or PM, a zone, the year. Gives the stamp of all, where the time ends there.
FoundStamp finish_stamp(Cursor& cursor, Date date, Clock clock);

}  // namespace contend::log_parser
