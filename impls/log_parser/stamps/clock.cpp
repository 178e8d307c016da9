#include "impls/log_parser/stamps/clock.hpp"

#include "impls/log_parser/stamps/zones.hpp"

namespace contend::log_parser {
namespace {

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

// AM or PM, right after the clock or behind a space, which may be the narrow one that Java and browsers write. In small
// letters behind a space it may be a word or a host: it is one of the two where the hour and the year say that it can be.
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

}  // namespace

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
  if (clock.impossible || date.unclear || zone == ZoneShape::impossible || goes_on) return impossible_stamp;
  const TimeNs of_day_ns = clock.of_day_ns() - east_ns;
  return date.has_year ? stamp_of(date, of_day_ns) : yearless_stamp_of(date, of_day_ns);
}

}  // namespace contend::log_parser
