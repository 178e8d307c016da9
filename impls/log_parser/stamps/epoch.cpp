#include "impls/log_parser/stamps/epoch.hpp"

#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

FoundStamp read_epoch(std::string_view number) {
  Cursor cursor(number);
  // The digits that matter, without the point, and where the point belongs.
  constexpr int most_digits = 19;
  std::uint64_t digits = 0;
  int count = 0;
  int point = 0;  // digits before it
  bool fraction = false;
  constexpr auto most_ns = static_cast<std::uint64_t>(max_log_time_ns);
  if (!is_digit(cursor.peek())) return impossible_stamp;
  for (; is_digit(cursor.peek()) || (cursor.peek() == '.' && !fraction); cursor.skip(1)) {
    if (cursor.peek() == '.') {
      fraction = true;
      continue;
    }
    if (count > 0 || cursor.peek() != '0') {
      if (count < most_digits) digits = digits * 10 + static_cast<std::uint64_t>(cursor.peek() - '0');
      ++count;
      point += fraction ? 0 : 1;
    } else {
      point -= fraction ? 1 : 0;  // a zero between the point and the first digit that counts
    }
  }
  if (cursor.peek() == 'e' || cursor.peek() == 'E') {
    cursor.skip(1);
    const bool negative = cursor.take('-');
    if (!negative) cursor.take('+');
    int exponent = 0;
    while (cursor.peek() == '0' && is_digit(cursor.peek(1))) cursor.skip(1);
    if (!cursor.number(1, 3, exponent)) return impossible_stamp;
    point += negative ? -exponent : exponent;
  }
  if (!cursor.done()) return impossible_stamp;
  if (count == 0) return {FoundStamp::Shape::whole, {Stamp::Kind::utc, 0, 0, 0}};
  if (point > 19) return impossible_stamp;
  // The power of ten that makes nanoseconds of the digits.
  const int unit = point > 16 ? 0 : point > 13 ? 3 : point > 10 ? 6 : 9;
  const int kept = std::min(count, most_digits);
  int power = point - kept + unit;
  std::uint64_t time_ns = digits;
  for (; power < 0 && time_ns != 0; ++power) time_ns /= 10;
  for (; power > 0; --power) {
    if (time_ns >= most_ns / 10) return impossible_stamp;
    time_ns *= 10;
  }
  if (time_ns >= most_ns) return impossible_stamp;
  return {FoundStamp::Shape::whole, {Stamp::Kind::utc, 0, 0, static_cast<TimeNs>(time_ns)}};
}

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
  found = impossible_stamp;
  if (seconds >= 0 && seconds < max_log_time_ns / second_ns && ns < second_ns) {
    found = {FoundStamp::Shape::whole, {Stamp::Kind::utc, 0, 0, seconds * second_ns + ns}};
  }
  return true;
}

}  // namespace contend::log_parser
