#include "impls/log_parser/stamps/dates.hpp"

#include <array>
#include <chrono>

#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

constexpr ByteSet between_parts("-/. ");

// A month by its name or the first three letters of it.
int take_month(Cursor& cursor) {
  static constexpr std::array<std::string_view, 12> names{"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
  const int month = month_of(cursor.rest().substr(0, 3));
  if (month == 0) return 0;
  if (!cursor.take(names[static_cast<std::size_t>(month - 1)])) cursor.skip(3);
  return is_letter(cursor.peek()) ? 0 : month;
}

// Spaces, T, an underscore, a comma and spaces, a colon or a dash: what stands between a date and a digit of its clock.
bool take_separator(Cursor& cursor) {
  constexpr ByteSet separators(" \tTt_,:-");
  if (!cursor.take(separators)) return false;
  cursor.skip_spaces();
  return is_digit(cursor.peek());
}

bool is_clock(const Cursor& cursor) {
  const std::size_t digits = cursor.digits();
  return digits >= 1 && digits <= 2 && cursor.peek(digits) == ':' && is_digit(cursor.peek(digits + 1));
}

// yyyy-m-d, yyyy/m/d, yyyy.m.d, yyyy-ddd, yyyy-Mmm-d and yyyy Mmm d.
bool read_year_first(Cursor& cursor, Date& date) {
  cursor.number(4, 4, date.year);
  const char separator = cursor.peek();
  if (!cursor.take(between_parts)) return false;
  if (is_letter(cursor.peek())) {
    date.month = take_month(cursor);
    if (date.month == 0 || !cursor.take(between_parts)) return false;
    cursor.skip_spaces();
    return cursor.number(1, 2, date.day) && take_separator(cursor);
  }
  if (separator == ' ') return false;
  if (separator == '-' && cursor.digits() == 3) {
    date.month = 1;
    date.day_of_year = true;
    return cursor.number(3, 3, date.day) && take_separator(cursor) && is_clock(cursor);
  }
  return cursor.number(1, 2, date.month) && cursor.take(separator) && cursor.number(1, 2, date.day) &&
         take_separator(cursor) && is_clock(cursor);
}

int of_two_digits(int year) {
  return year + (year < 70 ? 2000 : 1900);
}

// d/Mmm/yyyy, d-Mmm-yyyy, d-Mmm-yy, d Mmm yyyy and, of this year, d Mmm.
bool read_day_and_name(Cursor& cursor, Date& date) {
  date.month = take_month(cursor);
  constexpr ByteSet behind_name("-/ ,");
  if (date.month == 0 || !cursor.take(behind_name)) return false;
  cursor.skip_spaces();
  if (is_clock(cursor)) {
    date.has_year = false;
    return true;
  }
  if (cursor.digits() == 2) {
    cursor.number(2, 2, date.year);
    date.year = of_two_digits(date.year);
  } else if (!cursor.number(4, 4, date.year)) {
    return false;
  }
  return take_separator(cursor) && is_clock(cursor);
}

// yy/m/d, m/d/yyyy or d/m/yyyy, d.m.yyyy, and Android's mm-dd.
bool read_short_first(Cursor& cursor, StampRules rules, Date& date) {
  const std::size_t digits = cursor.digits();
  int first = 0;
  int second = 0;
  cursor.number(1, 2, first);
  const char separator = cursor.peek();
  if (!cursor.take(between_parts)) return false;
  if (is_letter(cursor.peek())) {
    date.day = first;
    return read_day_and_name(cursor, date);
  }
  if (separator == ' ' || !cursor.number(1, 2, second)) return false;
  if (rules.month_day && separator == '-' && digits == 2 && cursor.take(' ') && is_clock(cursor)) {
    date.month = first;
    date.day = second;
    date.has_year = false;
    return true;
  }
  if (!cursor.take(separator)) return false;
  if (cursor.digits() == 4) {
    cursor.number(4, 4, date.year);
    const bool day_first = separator == '.' || first > 12;
    date.month = day_first ? second : first;
    date.day = day_first ? first : second;
    date.unclear = separator != '.' && first <= 12 && second <= 12 && first != second;
  } else {
    if (digits != 2 || separator != '/' || !cursor.number(1, 2, date.day)) return false;
    date.year = first + 2000;
    date.month = second;
  }
  return take_separator(cursor) && is_clock(cursor);
}

// Without marks between them, digits are a date only where it is one that can be.
bool read_compact(Cursor& cursor, int year_digits, Date& date) {
  cursor.leading_number(year_digits, date.year);
  cursor.leading_number(2, date.month);
  cursor.leading_number(2, date.day);
  if (year_digits == 2) date.year += 2000;
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || date.year < 1970 || date.year > 2200) {
    return false;
  }
  date.compact_clock = true;
  if (is_digit(cursor.peek())) return cursor.digits() == 6;  // yyyymmddhhmmss
  constexpr ByteSet separators(" Tt-_");
  if (year_digits == 2 ? !cursor.take(' ') : !cursor.take(separators)) return false;
  cursor.skip_spaces();
  return is_clock(cursor) || cursor.digits() == 6;
}

// The weekday is not compared with the date.
bool take_weekday(Cursor& cursor) {
  static constexpr std::array<std::string_view, 7> names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                         "Friday", "Saturday", "Sunday"};
  for (const std::string_view name : names) {
    if (!cursor.rest().starts_with(name.substr(0, 3))) continue;
    if (!cursor.take(name)) cursor.skip(3);
    cursor.take(',');
    if (!cursor.take(' ')) return false;
    cursor.skip_spaces();
    return true;
  }
  return false;
}

// Mmm d, Mmm d yyyy and Mmm d, yyyy.
bool read_name_first(Cursor& cursor, bool weekday, Date& date) {
  date.month = take_month(cursor);
  if (date.month == 0 || (!cursor.take(' ') && !cursor.take('-'))) return false;
  cursor.skip_spaces();
  if (!cursor.number(1, 2, date.day)) return false;
  cursor.take(',');
  if (!cursor.take(' ')) return false;
  cursor.skip_spaces();
  if (is_clock(cursor)) {
    date.has_year = false;
    date.year_follows = weekday;
    return true;
  }
  return cursor.number(4, 4, date.year) && take_separator(cursor) && is_clock(cursor);
}

}  // namespace

int month_of(std::string_view name) {
  constexpr auto letters = [](std::string_view three) {
    const auto letter = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(three[i])); };
    return letter(0) | letter(1) << 8 | letter(2) << 16;
  };
  if (name.size() != 3) return 0;
  switch (letters(name)) {
    case letters("Jan"):
      return 1;
    case letters("Feb"):
      return 2;
    case letters("Mar"):
      return 3;
    case letters("Apr"):
      return 4;
    case letters("May"):
      return 5;
    case letters("Jun"):
      return 6;
    case letters("Jul"):
      return 7;
    case letters("Aug"):
      return 8;
    case letters("Sep"):
      return 9;
    case letters("Oct"):
      return 10;
    case letters("Nov"):
      return 11;
    case letters("Dec"):
      return 12;
    default:
      return 0;
  }
}

bool read_date(Cursor& cursor, StampRules rules, Date& date) {
  const bool weekday = is_capital(cursor.peek()) && take_weekday(cursor);
  if (is_letter(cursor.peek())) return read_name_first(cursor, weekday, date);
  switch (cursor.digits()) {
    case 1:
    case 2:
      return read_short_first(cursor, rules, date);
    case 4:
      return read_year_first(cursor, date);
    case 6:
      return read_compact(cursor, 2, date);
    case 8:
    case 14:
      return read_compact(cursor, 4, date);
    default:
      return false;
  }
}

FoundStamp stamp_of(const Date& date, TimeNs of_day_ns) {
  using namespace std::chrono;
  const year_month_day day(year(date.year), month(static_cast<unsigned>(date.month)),
                           std::chrono::day(static_cast<unsigned>(date.day)));
  if (date.year < 1970 || date.year > 2200) return impossible_stamp;
  const int last_day = year(date.year).is_leap() ? 366 : 365;
  if (date.day_of_year ? date.day < 1 || date.day > last_day : !day.ok()) return impossible_stamp;
  const TimeNs time_ns = midnight_ns(date.year, date.month, date.day) + of_day_ns;
  if (time_ns < 0 || time_ns >= max_log_time_ns) return impossible_stamp;
  return {FoundStamp::Shape::whole, {Stamp::Kind::utc, 0, 0, time_ns}};
}

FoundStamp yearless_stamp_of(const Date& date, TimeNs of_day_ns) {
  static constexpr std::array<int, 12> days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.month < 1 || date.month > 12) return impossible_stamp;
  if (date.day < 1 || date.day > days[static_cast<std::size_t>(date.month - 1)]) return impossible_stamp;
  return {
      FoundStamp::Shape::whole,
      {Stamp::Kind::yearless, static_cast<std::uint8_t>(date.month), static_cast<std::uint8_t>(date.day), of_day_ns}};
}

}  // namespace contend::log_parser
