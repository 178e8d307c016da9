#pragma once

#include <string_view>

#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/stamps/stamp.hpp"

namespace contend::log_parser {

// A date as it is written, its values unchecked, and what its spelling says of the clock behind it.
struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
  bool has_year = true;
  bool day_of_year = false;    // `day` counts from the first of January
  bool year_follows = false;   // after the clock, as `date` and C's ctime write it
  bool unclear = false;        // 3/4/2024, unless AM or PM says that it is American
  bool compact_clock = false;  // hhmmss may follow, or h:mm:ss
};

// Reads a date and what separates it from its clock. False where there is no shape of one.
bool read_date(Cursor& cursor, StampRules rules, Date& date);

// 1 to 12 for `Jan` to `Dec`, else 0.
int month_of(std::string_view name);

// That time of that date, if there is such a date. Of a yearless one 29 February always passes: which year it is in is
// not known here.
FoundStamp stamp_of(const Date& date, TimeNs of_day_ns);
FoundStamp yearless_stamp_of(const Date& date, TimeNs of_day_ns);

}  // namespace contend::log_parser
