#include "impls/log_parser/format/stamps.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

namespace contend::log_parser {
namespace {

struct Parts {
  int year = 0;
  int month = 0;
  int day = 0;
};

// 60 is a leap second.
std::optional<TimeNs> time_of_day_ns(int hour, int minute, int second, std::int64_t fraction_ns) {
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return (hour * 3600 + minute * 60 + second) * second_ns + fraction_ns;
}

bool exists(const Parts& date) {
  using namespace std::chrono;
  return date.year >= 1970 && date.year <= 2200 &&
         year_month_day(year(date.year), month(static_cast<unsigned>(date.month)), day(static_cast<unsigned>(date.day)))
             .ok();
}

bool read_clock(Cursor& cursor, int& hour, int& minute, int& second) {
  return cursor.number(1, 2, hour) && cursor.take(':') && cursor.number(1, 2, minute) && cursor.take(':') &&
         cursor.number(1, 2, second);
}

// After , or . 1 to 9 digits; 0 where there are none.
std::optional<std::int64_t> read_fraction_ns(Cursor& cursor) {
  if (cursor.peek() != ',' && cursor.peek() != '.') return 0;
  const std::string_view rest = cursor.rest();
  std::int64_t value = 0;
  std::size_t digits = 0;
  while (digits + 1 < rest.size() && is_digit(rest[digits + 1])) {
    if (digits == 9) return std::nullopt;
    value = value * 10 + (rest[++digits] - '0');
  }
  if (digits == 0) return 0;  // punctuation of the text, such as the comma in "12:00:00, INFO"
  cursor.skip(digits + 1);
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

// Z, +hh:mm, +hhmm or nothing; false where it has the shape of one and is none.
bool read_zone(Cursor& cursor, DurationNs& east_ns) {
  east_ns = 0;
  if (cursor.take('Z')) return true;
  const char sign = cursor.peek();
  if (sign != '+' && sign != '-') return true;
  const std::string_view rest = cursor.rest();
  const std::size_t minute_at = rest.size() > 3 && rest[3] == ':' ? 4 : 3;
  if (rest.size() < minute_at + 2) return false;
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}, minute_at, minute_at + 1}) {
    if (!is_digit(rest[i])) return false;
  }
  const int hours = (rest[1] - '0') * 10 + (rest[2] - '0');
  const int minutes = (rest[minute_at] - '0') * 10 + (rest[minute_at + 1] - '0');
  if (hours > 15 || minutes > 59) return false;
  east_ns = (sign == '+' ? 1 : -1) * (hours * 3600 + minutes * 60) * second_ns;
  cursor.skip(minute_at + 2);
  return true;
}

bool read_date(Cursor& cursor, Parts& date) {
  if (cursor.number(4, 4, date.year)) {
    return cursor.take('-') && cursor.number(1, 2, date.month) && cursor.take('-') && cursor.number(1, 2, date.day);
  }
  if (!cursor.number(2, 2, date.year)) return false;
  date.year += 2000;
  return cursor.take('/') && cursor.number(1, 2, date.month) && cursor.take('/') && cursor.number(1, 2, date.day);
}

// Two digits, or some number beyond 99.
int two_digits(const char* at) {
  const auto tens = static_cast<unsigned char>(at[0] - '0');
  const auto ones = static_cast<unsigned char>(at[1] - '0');
  return tens < 10 && ones < 10 ? tens * 10 + ones : 1000;
}

std::optional<Stamp> utc_stamp(const Parts& date, std::optional<TimeNs> of_day_ns, DurationNs east_ns) {
  if (!of_day_ns || !exists(date)) return std::nullopt;
  return Stamp{Stamp::Kind::utc, 0, 0, midnight_ns(date.year, date.month, date.day) + *of_day_ns - east_ns};
}

// The usual layout, yyyy-mm-dd hh:mm:ss,fff with nothing of a zone after it, without a look at anything twice. False:
// the general way decides.
bool read_usual_layout(Cursor& cursor, std::optional<Stamp>& stamp) {
  constexpr std::size_t length = 23;
  const std::string_view rest = cursor.rest();
  if (rest.size() <= length) return false;
  const char* const at = rest.data();
  if (at[4] != '-' || at[7] != '-' || (at[10] != ' ' && at[10] != 'T') || at[13] != ':' || at[16] != ':' ||
      (at[19] != ',' && at[19] != '.') || (at[length] != ' ' && at[length] != ']')) {
    return false;
  }
  const int century = two_digits(at);
  const int year = two_digits(at + 2);
  const int hour = two_digits(at + 11);
  const int minute = two_digits(at + 14);
  const int second = two_digits(at + 17);
  const int hundredths = two_digits(at + 20);
  const Parts date{century * 100 + year, two_digits(at + 5), two_digits(at + 8)};
  if (century > 99 || year > 99 || date.month > 99 || date.day > 99 || hour > 99 || minute > 99 || second > 99 ||
      hundredths > 99 || !is_digit(at[22])) {
    return false;
  }
  cursor.skip(length);
  stamp = utc_stamp(date, time_of_day_ns(hour, minute, second, (hundredths * 10 + (at[22] - '0')) * 1'000'000LL), 0);
  return true;
}

}  // namespace

TimeNs midnight_ns(int year, int month, int day) {
  using namespace std::chrono;
  const sys_days first(std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / 1);
  return (first.time_since_epoch().count() + day - 1) * day_ns;
}

TimeNs with_year(const Stamp& stamp, int year) {
  return midnight_ns(year, stamp.month, stamp.day) + stamp.value_ns;
}

TimeNs with_nearest_year(const Stamp& stamp, TimeNs near_ns) {
  using namespace std::chrono;
  const auto around = year_month_day(floor<days>(sys_time<nanoseconds>(nanoseconds(near_ns)))).year();
  TimeNs nearest = with_year(stamp, static_cast<int>(around));
  if (std::abs(nearest - near_ns) < 182 * day_ns) return nearest;  // less than half of any year
  for (const int year : {static_cast<int>(around) - 1, static_cast<int>(around) + 1}) {
    const TimeNs candidate = with_year(stamp, year);
    if (std::abs(candidate - near_ns) < std::abs(nearest - near_ns)) nearest = candidate;
  }
  return nearest;
}

bool looks_like_date(std::string_view bytes) {
  const auto digit = [&](std::size_t i) { return is_digit(bytes[i]); };
  if (bytes.size() < 6 || !digit(0) || !digit(1)) return false;
  if (bytes[2] == '/') return digit(3);
  return digit(2) && digit(3) && bytes[4] == '-' && digit(5);
}

std::optional<Stamp> read_date_time(Cursor& cursor) {
  std::optional<Stamp> usual;
  if (read_usual_layout(cursor, usual)) return usual;
  Parts date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!read_date(cursor, date)) return std::nullopt;
  if (!cursor.take(' ') && !cursor.take('T')) return std::nullopt;
  if (!read_clock(cursor, hour, minute, second)) return std::nullopt;
  const std::optional<std::int64_t> fraction_ns = read_fraction_ns(cursor);
  DurationNs east_ns = 0;
  if (!fraction_ns || !read_zone(cursor, east_ns)) return std::nullopt;
  return utc_stamp(date, time_of_day_ns(hour, minute, second, *fraction_ns), east_ns);
}

int month_of(std::string_view name) {
  if (name.size() != 3) return 0;
  static constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (std::size_t i = 0; i < names.size(); i += 3) {
    if (name[2] == names[i + 2] && name[1] == names[i + 1] && name[0] == names[i]) return static_cast<int>(i / 3) + 1;
  }
  return 0;
}

std::optional<Stamp> read_access_time(Cursor& cursor) {
  Parts date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  DurationNs east_ns = 0;
  if (!cursor.number(1, 2, date.day) || !cursor.take('/')) return std::nullopt;
  date.month = month_of(cursor.rest().substr(0, 3));
  if (date.month == 0) return std::nullopt;
  cursor.skip(3);
  if (!cursor.take('/') || !cursor.number(4, 4, date.year) || !cursor.take(':')) return std::nullopt;
  if (!read_clock(cursor, hour, minute, second)) return std::nullopt;
  cursor.skip_spaces();
  if (!read_zone(cursor, east_ns)) return std::nullopt;
  return utc_stamp(date, time_of_day_ns(hour, minute, second, 0), east_ns);
}

std::optional<Stamp> read_syslog_time(Cursor& cursor, int month) {
  // 29 February always passes: which year it is in is not known here.
  static constexpr std::array<int, 12> days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  cursor.skip_spaces();
  if (!cursor.number(1, 2, day) || !cursor.take(' ') || !read_clock(cursor, hour, minute, second)) return std::nullopt;
  const std::optional<std::int64_t> fraction_ns = read_fraction_ns(cursor);
  if (!fraction_ns || day < 1 || day > days[static_cast<std::size_t>(month - 1)]) return std::nullopt;
  const std::optional<TimeNs> of_day_ns = time_of_day_ns(hour, minute, second, *fraction_ns);
  if (!of_day_ns) return std::nullopt;
  return Stamp{Stamp::Kind::yearless, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day), *of_day_ns};
}

}  // namespace contend::log_parser
