#include "impls/log_parser/format/levels.hpp"
#include "impls/log_parser/headers/headers.hpp"
#include "impls/log_parser/stamps/read_stamp.hpp"

// Formats whose level is a letter, and Apache's error log, whose level is in brackets.

namespace contend::log_parser {
namespace {

void finish(Header& header, Level level, Cursor cursor) {
  header.level = level;
  if (level == Level::unknown && header.malformed == Malformed::none) header.malformed = Malformed::missing_level;
  cursor.skip_spaces();
  header.message = cursor.rest();
}

// The year, if any, and month and day of klog are written together.
bool take_klog_date(Cursor& cursor, int& year, int& month, int& day) {
  const std::size_t digits = cursor.digits();
  if (digits == 8) {
    cursor.leading_number(4, year);
  } else if (digits != 4) {
    return false;
  }
  return cursor.leading_number(2, month) && cursor.leading_number(2, day) && cursor.take(' ');
}

// User, process and thread may come before the letter; the tag is the next word, or goes on behind a slash.
Level take_android_level(Cursor& cursor) {
  Cursor ahead = cursor;
  bool numbered = false;
  for (int words = 0; words < 4 && !ahead.done(); ++words) {
    ahead.skip_spaces();
    const Cursor start = ahead;
    const std::string_view word = ahead.word();
    numbered |= !word.empty() && is_digit(word[0]);
    if (word.empty() || (word.size() > 1 ? word[1] != '/' : !numbered)) continue;
    const Level level = word[0] == 'S' ? Level::fatal : level_of_letter(word[0]);
    if (level == Level::unknown) continue;
    cursor = start;
    cursor.skip(word.size() == 1 ? 1 : 2);
    return level;
  }
  return Level::unknown;
}

}  // namespace

bool has_klog_shape(std::string_view line) {
  if (line.size() < 14 || std::string_view("IWEFDC").find(line[0]) == std::string_view::npos || !is_digit(line[1]))
    return false;
  Cursor cursor(line.substr(1));
  const std::size_t digits = cursor.digits();
  if (digits != 4 && digits != 8) return false;
  cursor.skip(digits);
  return cursor.take(' ') && cursor.digits() == 2 && cursor.peek(2) == ':' && is_digit(cursor.peek(3));
}

Header read_klog_header(std::string_view line) {
  Header header;
  Cursor cursor(line);
  const Level level = level_of_letter(cursor.peek());
  cursor.skip(1);
  // Written as a date of Android or of ISO, it is read like all others.
  std::array<char, 48> text{};
  int year = 0;
  int month = 0;
  int day = 0;
  if (take_klog_date(cursor, year, month, day)) {
    const std::string_view clock = cursor.word();
    std::size_t size = 0;
    const auto put = [&](int value, int digits, char separator) {
      for (int divisor = digits == 4 ? 1000 : 10; divisor > 0; divisor /= 10)
        text[size++] = static_cast<char>('0' + value / divisor % 10);
      text[size++] = separator;
    };
    if (year > 0) put(year, 4, '-');
    put(month, 2, '-');
    put(day, 2, ' ');
    size += clock.copy(text.data() + size, text.size() - size);
    Cursor stamp({text.data(), size});
    take_stamp(stamp, {.month_day = true}, header);
  } else {
    header.malformed = Malformed::bad_timestamp;
  }
  const std::size_t bracket = cursor.rest().find(']');
  if (bracket != std::string_view::npos) cursor.skip(bracket + 1);  // behind process, file and line
  finish(header, level, cursor);
  return header;
}

bool has_apache_error_shape(std::string_view line) {
  return line.size() > 20 && line[0] == '[' && line[4] == ' ' && month_of(line.substr(5, 3)) != 0 &&
         begins_with_stamp(line.substr(1));
}

Header read_apache_error_header(std::string_view line) {
  Header header;
  Cursor cursor(line);
  cursor.take('[');
  take_stamp(cursor, {}, header);
  cursor.take(']');
  const Level level = find_level(cursor, 2, LevelWords::marked);
  cursor.skip_spaces();
  // Process, thread and client are not what an error is about.
  while (cursor.peek() == '[' && cursor.rest().find("] ") != std::string_view::npos) {
    cursor.skip(cursor.rest().find("] ") + 2);
  }
  finish(header, level, cursor);
  return header;
}

bool has_logcat_shape(std::string_view line) {
  if (line.empty() || !is_digit(line[0]) || !begins_with_stamp(line, {.month_day = true})) return false;
  if (line[2] == '-') return true;
  // With its year the time is one that many formats begin with.
  Cursor cursor(line);
  read_stamp(cursor);
  return take_android_level(cursor) != Level::unknown;
}

Header read_logcat_header(std::string_view line) {
  Header header;
  Cursor cursor(line);
  take_stamp(cursor, {.month_day = true}, header);
  const Level level = take_android_level(cursor);
  finish(header, level, cursor);
  return header;
}

}  // namespace contend::log_parser
