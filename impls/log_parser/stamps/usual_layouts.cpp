#include "impls/log_parser/stamps/usual_layouts.hpp"

#include "impls/log_parser/stamps/byte_layout.hpp"
#include "impls/log_parser/stamps/clock.hpp"
#include "impls/log_parser/stamps/dates.hpp"

namespace contend::log_parser {
namespace {

// Of two digits.
int pair(const char* at) {
  return (at[0] - '0') * 10 + (at[1] - '0');
}

// Whether the text behind a clock begins in one of the ways in which most logs go on, and no zone begins.
bool is_no_zone(const char* at, std::size_t size) {
  if (size == 0 || at[0] == ']' || at[0] == '"') return true;
  if (size < 4 || at[0] != ' ') return false;
  const char next = at[1];
  switch (next) {
    case 'D':
      return true;
    case 'I':
      return at[2] == 'N';
    case 'E':
      return at[2] == 'R';
    case 'W':
      return at[2] == 'A' && at[3] == 'R';
    case '[':
      return at[2] >= 'a' && at[2] <= 'z';
    default:
      // What may be pm or a host.
      return next >= 'a' && next <= 'z' && next != 'a' && next != 'p';
  }
}

FoundStamp finish_usual(Cursor& cursor, const Date& date, const Clock& clock) {
  const std::string_view rest = cursor.rest();
  if (!is_no_zone(rest.data(), rest.size())) {
    if (rest == "Z") {
      cursor.skip(1);
    } else {
      return finish_stamp(cursor, date, clock);
    }
  }
  if (clock.impossible) return impossible_stamp;
  return date.has_year ? stamp_of(date, clock.of_day_ns()) : yearless_stamp_of(date, clock.of_day_ns());
}

// yyyy-mm-dd hh:mm:ss,fff
bool read_iso_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 23;
  constexpr ByteLayout year_and_month("0000-00-");
  constexpr ByteLayout day_and_hour("00*00:00");
  constexpr ByteLayout second("0:00*000");  // from the last digit of the minute
  const std::string_view rest = cursor.rest();
  if (rest.size() < length) return false;
  const char* const at = rest.data();
  if (!year_and_month.matches(at) || !day_and_hour.matches(at + 8) || !second.matches(at + 15) ||
      (at[10] != ' ' && at[10] != 'T') || (at[19] != ',' && at[19] != '.') ||
      (rest.size() > length && is_digit(at[length]))) {
    return false;
  }
  Date date;
  date.year = pair(at) * 100 + pair(at + 2);
  date.month = pair(at + 5);
  date.day = pair(at + 8);
  Clock clock{pair(at + 11), pair(at + 14), pair(at + 17), (pair(at + 20) * 10 + (at[22] - '0')) * 1'000'000LL};
  clock.impossible = clock.hour > 23 || clock.minute > 59 || clock.second > 60;
  cursor.skip(length);
  found = finish_usual(cursor, date, clock);
  return true;
}

// dd/Mmm/yyyy:hh:mm:ss +hhmm]
bool read_access_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 26;
  constexpr ByteLayout day("00/***/0");
  constexpr ByteLayout year_and_hour("0000:00:");
  constexpr ByteLayout minute_and_second("00:00 *0");
  constexpr ByteLayout zone("0 *0000]");
  const std::string_view rest = cursor.rest();
  if (rest.size() <= length) return false;
  const char* const at = rest.data();
  if (!day.matches(at) || !year_and_hour.matches(at + 7) || !minute_and_second.matches(at + 15) ||
      !zone.matches(at + 19) || (at[21] != '+' && at[21] != '-')) {
    return false;
  }
  Date date;
  date.month = month_of(rest.substr(3, 3));
  if (date.month == 0) return false;
  date.day = pair(at);
  date.year = pair(at + 7) * 100 + pair(at + 9);
  const Clock clock{pair(at + 12), pair(at + 15), pair(at + 18)};
  const int zone_hours = pair(at + 22);
  const int zone_minutes = pair(at + 24);
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 60 || zone_hours > 15 || zone_minutes > 59) return false;
  const DurationNs east_ns = (at[21] == '+' ? 1 : -1) * (zone_hours * 60 + zone_minutes) * 60 * second_ns;
  cursor.skip(length);
  found = stamp_of(date, clock.of_day_ns() - east_ns);
  return true;
}

// Mmm dd hh:mm:ss
bool read_syslog_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 15;
  constexpr ByteLayout day(" *0 00:0");
  constexpr ByteLayout time_of_day("00:00:00");
  const std::string_view rest = cursor.rest();
  if (rest.size() < length + 4) return false;
  const char* const at = rest.data();
  if (!day.matches(at + 3) || !time_of_day.matches(at + 7) || (at[4] != ' ' && !is_digit(at[4])) ||
      !is_no_zone(at + length, rest.size() - length)) {
    return false;
  }
  Date date;
  date.month = month_of(rest.substr(0, 3));
  if (date.month == 0) return false;
  date.day = (at[4] == ' ' ? 0 : at[4] - '0') * 10 + (at[5] - '0');
  date.has_year = false;
  const Clock clock{pair(at + 7), pair(at + 10), pair(at + 13)};
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 60) return false;
  cursor.skip(length);
  found = yearless_stamp_of(date, clock.of_day_ns());
  return true;
}

}  // namespace

bool read_usual_layout(Cursor& cursor, FoundStamp& found) {
  if (cursor.peek(4) == '-') return read_iso_layout(cursor, found);
  return cursor.peek(2) == '/' ? read_access_layout(cursor, found) : read_syslog_layout(cursor, found);
}

}  // namespace contend::log_parser
