#include "impls/log_parser/format/stamps.hpp"
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
  const FoundStamp bad{FoundStamp::Shape::impossible, {}};
  if (!is_digit(cursor.peek())) return bad;
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
    if (!cursor.number(1, 3, exponent)) return bad;
    point += negative ? -exponent : exponent;
  }
  if (!cursor.done()) return bad;
  if (count == 0) return {FoundStamp::Shape::whole, {Stamp::Kind::utc, 0, 0, 0}};
  if (point > 19) return bad;
  // The power of ten that makes nanoseconds of the digits.
  const int unit = point > 16 ? 0 : point > 13 ? 3 : point > 10 ? 6 : 9;
  const int kept = std::min(count, most_digits);
  int power = point - kept + unit;
  std::uint64_t time_ns = digits;
  for (; power < 0 && time_ns != 0; ++power) time_ns /= 10;
  for (; power > 0; --power) {
    if (time_ns >= most_ns / 10) return bad;
    time_ns *= 10;
  }
  if (time_ns >= most_ns) return bad;
  return {FoundStamp::Shape::whole, {Stamp::Kind::utc, 0, 0, static_cast<TimeNs>(time_ns)}};
}

}  // namespace contend::log_parser
