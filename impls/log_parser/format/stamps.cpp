#include "impls/log_parser/format/stamps.hpp"

#include <array>
#include <chrono>
#include <cstdlib>

#include "impls/log_parser/format/spellings.hpp"
#include "impls/log_parser/format/zones.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

using Shape = FoundStamp::Shape;
constexpr FoundStamp impossible{Shape::impossible, {}};

struct Clock {
  int hour = 0;
  int minute = 0;
  int second = 0;  // 60 is a leap second
  std::int64_t fraction_ns = 0;
  bool impossible = false;

  TimeNs of_day_ns() const { return (hour * 3600 + minute * 60 + second) * second_ns + fraction_ns; }
};

// Two digits, or some number beyond 99.
int two_digits(const char* at) {
  const auto tens = static_cast<unsigned char>(at[0] - '0');
  const auto ones = static_cast<unsigned char>(at[1] - '0');
  return tens < 10 && ones < 10 ? tens * 10 + ones : 1000;
}

// After , or . any number of digits, of which nine count; after : three or six.
void read_fraction(Cursor& cursor, Clock& clock) {
  const char point = cursor.peek();
  if (point != ',' && point != '.' && point != ':') return;
  Cursor ahead = cursor;
  ahead.skip(1);
  const std::size_t digits = ahead.digits();
  if (digits == 0) return;  // punctuation of the text, such as the comma in "12:00:00, INFO"
  if (point == ':' && digits != 3 && digits != 6) {
    clock.impossible = true;
    return;
  }
  for (std::size_t i = 0; i < 9; ++i)
    clock.fraction_ns = clock.fraction_ns * 10 + (i < digits ? ahead.peek(i) - '0' : 0);
  ahead.skip(digits);
  cursor = ahead;
}

// h:mm, h:mm:ss and h:mm:ss,fff; with `compact` also hhmmss.
Clock read_clock(Cursor& cursor, bool compact) {
  Clock clock;
  if (compact && cursor.digits() == 6) {
    cursor.leading_number(2, clock.hour);
    cursor.leading_number(2, clock.minute);
    cursor.leading_number(2, clock.second);
    read_fraction(cursor, clock);
  } else {
    clock.impossible = !cursor.number(1, 2, clock.hour) || !cursor.take(':') || !cursor.number(1, 2, clock.minute);
    if (!clock.impossible && cursor.peek() == ':' && is_digit(cursor.peek(1))) {
      cursor.skip(1);
      clock.impossible = !cursor.number(1, 2, clock.second);
      if (!clock.impossible) read_fraction(cursor, clock);
    }
  }
  clock.impossible |= clock.hour > 23 || clock.minute > 59 || clock.second > 60;
  return clock;
}

// AM or PM, right after the clock or behind a space, which may be the narrow one that Java and browsers write. In small letters
// behind a space it may be a word or a host: it is one of the two where the hour and the year say that it can be.
bool take_half_day(Cursor& cursor, bool has_year, Clock& clock) {
  Cursor ahead = cursor;
  const bool apart = ahead.take(' ') || ahead.take("\xE2\x80\xAF") || ahead.take("\xC2\xA0");
  const char half = ahead.peek();
  if (lower(half) != 'a' && lower(half) != 'p') return false;
  if (apart && !is_capital(half) && (!has_year || clock.hour < 1 || clock.hour > 12)) return false;
  ahead.skip(1);
  const bool dots = ahead.take('.');
  if (!ahead.take('M') && !ahead.take('m')) return false;
  if (dots) ahead.take('.');
  if (is_letter(ahead.peek()) || is_digit(ahead.peek())) return false;
  cursor = ahead;
  if (clock.hour < 1 || clock.hour > 12) {
    clock.impossible = true;
  } else {
    clock.hour = clock.hour % 12 + (lower(half) == 'p' ? 12 : 0);
  }
  return true;
}

FoundStamp stamp_of(const Date& date, TimeNs of_day_ns) {
  using namespace std::chrono;
  const year_month_day day(year(date.year), month(static_cast<unsigned>(date.month)),
                           std::chrono::day(static_cast<unsigned>(date.day)));
  if (date.year < 1970 || date.year > 2200) return impossible;
  const int last_day = year(date.year).is_leap() ? 366 : 365;
  if (date.day_of_year ? date.day < 1 || date.day > last_day : !day.ok()) return impossible;
  const TimeNs time_ns = midnight_ns(date.year, date.month, date.day) + of_day_ns;
  if (time_ns < 0 || time_ns >= max_log_time_ns) return impossible;
  return {Shape::whole, {Stamp::Kind::utc, 0, 0, time_ns}};
}

FoundStamp yearless_stamp_of(const Date& date, TimeNs of_day_ns) {
  // 29 February always passes: which year it is in is not known here.
  static constexpr std::array<int, 12> days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.month < 1 || date.month > 12) return impossible;
  if (date.day < 1 || date.day > days[static_cast<std::size_t>(date.month - 1)]) return impossible;
  return {
      Shape::whole,
      {Stamp::Kind::yearless, static_cast<std::uint8_t>(date.month), static_cast<std::uint8_t>(date.day), of_day_ns}};
}

// What follows a clock, and whether it ends there.
FoundStamp finish_stamp(Cursor& cursor, Date date, Clock clock) {
  if (take_half_day(cursor, date.has_year, clock)) date.unclear = false;
  DurationNs east_ns = 0;
  ZoneShape zone = read_zone(cursor, east_ns);
  if (date.year_follows) {
    Cursor ahead = cursor;
    ahead.skip_spaces();
    if (ahead.number(4, 4, date.year) && !is_letter(ahead.peek())) {
      cursor = ahead;
      date.has_year = true;
      if (zone == ZoneShape::none) zone = read_zone(cursor, east_ns);
    }
  }
  // What goes on is no zone that is known here, and the time is not taken for one without a zone.
  const bool goes_on = is_letter(cursor.peek()) || is_digit(cursor.peek());
  if (clock.impossible || date.unclear || zone == ZoneShape::impossible || goes_on) return impossible;
  const TimeNs of_day_ns = clock.of_day_ns() - east_ns;
  return date.has_year ? stamp_of(date, of_day_ns) : yearless_stamp_of(date, of_day_ns);
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

// Digits at these places, each pair a number; false where one is none.
template <std::size_t Count>
bool read_pairs(const char* at, const std::array<std::uint8_t, Count>& places, std::array<int, Count>& values) {
  bool digits = true;
  for (std::size_t i = 0; i < Count; ++i) {
    values[i] = two_digits(at + places[i]);
    digits &= values[i] < 100;
  }
  return digits;
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
  if (clock.impossible) return impossible;
  return date.has_year ? stamp_of(date, clock.of_day_ns()) : yearless_stamp_of(date, clock.of_day_ns());
}

// yyyy-mm-dd hh:mm:ss,fff
bool read_usual_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 23;
  const std::string_view rest = cursor.rest();
  if (rest.size() < length) return false;
  const char* const at = rest.data();
  if (at[4] != '-' || at[7] != '-' || (at[10] != ' ' && at[10] != 'T') || at[13] != ':' || at[16] != ':' ||
      (at[19] != ',' && at[19] != '.') || !is_digit(at[22]) || (rest.size() > length && is_digit(at[length]))) {
    return false;
  }
  std::array<int, 8> part{};
  if (!read_pairs(at, std::array<std::uint8_t, 8>{0, 2, 5, 8, 11, 14, 17, 20}, part)) return false;
  Date date;
  date.year = part[0] * 100 + part[1];
  date.month = part[2];
  date.day = part[3];
  cursor.skip(length);
  const Clock clock{part[4], part[5], part[6], (part[7] * 10 + (at[22] - '0')) * 1'000'000LL,
                    part[4] > 23 || part[5] > 59 || part[6] > 60};
  found = finish_usual(cursor, date, clock);
  return true;
}

// dd/Mmm/yyyy:hh:mm:ss +hhmm]
bool read_access_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 26;
  const std::string_view rest = cursor.rest();
  if (rest.size() <= length) return false;
  const char* const at = rest.data();
  if (at[2] != '/' || at[6] != '/' || at[11] != ':' || at[14] != ':' || at[17] != ':' || at[20] != ' ' ||
      (at[21] != '+' && at[21] != '-') || at[length] != ']') {
    return false;
  }
  std::array<int, 8> part{};
  Date date;
  date.month = month_of(rest.substr(3, 3));
  if (date.month == 0 || !read_pairs(at, std::array<std::uint8_t, 8>{0, 7, 9, 12, 15, 18, 22, 24}, part)) return false;
  date.day = part[0];
  date.year = part[1] * 100 + part[2];
  if (part[3] > 23 || part[4] > 59 || part[5] > 60 || part[6] > 15 || part[7] > 59) return false;
  const DurationNs east_ns = (at[21] == '+' ? 1 : -1) * (part[6] * 60 + part[7]) * 60 * second_ns;
  cursor.skip(length);
  found = stamp_of(date, (part[3] * 3600 + part[4] * 60 + part[5]) * second_ns - east_ns);
  return true;
}

// Mmm dd hh:mm:ss
bool read_syslog_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 15;
  const std::string_view rest = cursor.rest();
  if (rest.size() < length + 4) return false;
  const char* const at = rest.data();
  if (at[3] != ' ' || at[6] != ' ' || at[9] != ':' || at[12] != ':' || !is_no_zone(at + length, rest.size() - length))
    return false;
  std::array<int, 3> part{};
  Date date;
  date.month = month_of(rest.substr(0, 3));
  if (date.month == 0 || !is_digit(at[5]) || !read_pairs(at, std::array<std::uint8_t, 3>{7, 10, 13}, part))
    return false;
  if (at[4] != ' ' && !is_digit(at[4])) return false;
  date.day = (at[4] == ' ' ? 0 : at[4] - '0') * 10 + (at[5] - '0');
  date.has_year = false;
  if (part[0] > 23 || part[1] > 59 || part[2] > 60) return false;
  cursor.skip(length);
  found = yearless_stamp_of(date, (part[0] * 3600 + part[1] * 60 + part[2]) * second_ns);
  return true;
}

// The layouts of most lines, without a look at anything twice. False: the general way decides.
bool read_any_usual_layout(Cursor& cursor, FoundStamp& found) {
  switch (cursor.peek(4)) {
    case '-':
      return read_usual_layout(cursor, found);
    default:
      return cursor.peek(2) == '/' ? read_access_layout(cursor, found) : read_syslog_layout(cursor, found);
  }
}

// daemontools' label: @, and seconds and nanoseconds of TAI in hexadecimal digits.
bool read_tai64n(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t digits = 24;
  constexpr std::int64_t at_1970 = (std::int64_t{1} << 62) + 10;
  const std::string_view rest = cursor.rest();
  if (rest.size() <= digits || rest[0] != '@' || rest[1] != '4') return false;
  std::int64_t seconds = 0;
  std::int64_t ns = 0;
  for (std::size_t i = 1; i <= digits; ++i) {
    const char c = rest[i];
    const int value = is_capital(c) ? -1 : hex_value(c);
    if (value < 0) return false;
    if (i <= 16) {
      seconds = seconds << 4 | value;
    } else {
      ns = ns << 4 | value;
    }
  }
  cursor.skip(digits + 1);
  seconds -= at_1970;
  found = impossible;
  if (seconds >= 0 && seconds < max_log_time_ns / second_ns && ns < second_ns) {
    found = {Shape::whole, {Stamp::Kind::utc, 0, 0, seconds * second_ns + ns}};
  }
  return true;
}

// A number of today: 10 digits and a fraction of three and more, or 13, 16 or 19 digits.
bool read_epoch_word(Cursor& cursor, StampRules rules, FoundStamp& found) {
  const std::size_t digits = cursor.digits();
  if (cursor.peek() != '1' || (digits != 10 && digits != 13 && digits != 16 && digits != 19)) return false;
  Cursor ahead = cursor;
  ahead.skip(digits);
  std::size_t length = digits;
  if (digits == 10 && ahead.take('.')) {
    length += 1 + ahead.digits();
    if (ahead.digits() < 3) return false;
    ahead.skip(ahead.digits());
  } else if (digits == 10 && !rules.bare_epoch) {
    return false;
  }
  if (!ahead.done() && std::string_view(" \t])|,;:\"").find(ahead.peek()) == std::string_view::npos) return false;
  found = read_epoch(cursor.rest().substr(0, length));
  cursor = ahead;
  return true;
}

FoundStamp read_unusual_stamp(Cursor& cursor, StampRules rules) {
  FoundStamp found;
  if (cursor.peek() == '@') {
    read_tai64n(cursor, found);
    return found;
  }
  if (read_epoch_word(cursor, rules, found)) return found;
  Cursor ahead = cursor;
  Date date;
  if (!read_date(ahead, rules, date)) return found;
  const Clock clock = read_clock(ahead, date.compact_clock);
  // Without marks between them, digits are a time only where it is one that can be.
  if (date.compact_clock && clock.impossible) return found;
  found = finish_stamp(ahead, date, clock);
  cursor = ahead;
  return found;
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

FoundStamp read_stamp(Cursor& cursor, StampRules rules) {
  FoundStamp found;
  if (read_any_usual_layout(cursor, found)) return found;
  return read_unusual_stamp(cursor, rules);
}

bool begins_with_unusual_stamp(std::string_view bytes, StampRules rules) {
  Cursor cursor(bytes);
  FoundStamp found;
  return read_any_usual_layout(cursor, found) || read_unusual_stamp(cursor, rules).shape != Shape::none;
}

}  // namespace contend::log_parser
