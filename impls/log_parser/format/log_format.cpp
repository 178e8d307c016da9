#include "impls/log_parser/format/log_format.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "impls/log_parser/format/levels.hpp"

namespace contend::log_parser {
namespace {

// The level may come after a thread's or a process's name.
constexpr int words_before_level = 4;

// Finds the level among the next words; `[...]` counts as one word. The cursor ends behind it.
bool find_level(Cursor& cursor, Level& level) {
  for (int words = 0; words <= words_before_level && !cursor.done(); ++words) {
    cursor.skip_spaces();
    std::string_view word;
    if (cursor.peek() == '[') {
      const std::string_view rest = cursor.rest();
      const std::size_t close = rest.find(']');
      if (close == std::string_view::npos) return false;
      word = rest.substr(1, close - 1);
      cursor.skip(close + 1);
    } else {
      word = cursor.word();
      if (word.ends_with(':')) word.remove_suffix(1);
    }
    level = level_of(word);
    if (level != Level::unknown) return true;
  }
  return false;
}

Header read_log4j_header(std::string_view line) {
  Header header;
  Cursor cursor(line);
  const bool bracket = cursor.take('[');
  const std::optional<Stamp> stamp = read_date_time(cursor);
  if (stamp && bracket) cursor.take(']');
  if (stamp) {
    header.stamp = *stamp;
  } else {
    header.malformed = Malformed::bad_timestamp;
  }
  const std::string_view after_stamp = cursor.rest();
  if (!find_level(cursor, header.level)) {
    if (stamp) header.malformed = Malformed::missing_level;
    header.message = after_stamp;
    return header;
  }
  cursor.skip_spaces();
  header.message = cursor.rest();
  return header;
}

Header read_custom_header(std::string_view line) {
  Header header;
  Cursor cursor(line);
  const bool bracket = cursor.take('[');
  if (looks_like_date(cursor.rest())) {
    if (const std::optional<Stamp> stamp = read_date_time(cursor)) header.stamp = *stamp;
  }
  if (bracket && !cursor.take(']')) cursor = Cursor(line);
  find_level(cursor, header.level);
  cursor.skip_spaces();
  header.message = header.level == Level::unknown ? line : cursor.rest();
  return header;
}

// Of what follows an opening quote; a backslash makes the next byte mean itself. The size or more: there is none.
std::size_t find_closing_quote(std::string_view bytes) {
  const std::size_t first = bytes.find('"');
  if (first == std::string_view::npos || bytes.substr(0, first).find('\\') == std::string_view::npos) return first;
  std::size_t end = 0;
  while (end < bytes.size() && bytes[end] != '"') end += bytes[end] == '\\' ? 2 : 1;
  return end;
}

Header read_access_header(std::string_view line) {
  Header header;
  const auto fail = [&](Malformed reason) {
    if (header.malformed == Malformed::none) header.malformed = reason;
    return header;
  };
  Cursor cursor(line);
  for (int i = 0; i < 3; ++i) {  // host, ident, user
    if (cursor.word().empty() || !cursor.take(' ')) return fail(Malformed::missing_fields);
  }
  if (!cursor.take('[')) return fail(Malformed::missing_fields);
  const std::optional<Stamp> stamp = read_access_time(cursor);
  if (stamp && cursor.take(']') && cursor.take(' ')) {
    header.stamp = *stamp;
  } else {
    header.malformed = Malformed::bad_timestamp;
    const std::size_t quote = cursor.rest().find('"');
    if (quote == std::string_view::npos) return header;
    cursor.skip(quote);
  }
  if (!cursor.take('"')) return fail(Malformed::bad_request);
  const std::string_view from_request = cursor.rest();
  const std::size_t end = find_closing_quote(from_request);
  if (end >= from_request.size()) return fail(Malformed::bad_request);
  cursor.skip(end + 1);
  int status = 0;
  if (!cursor.take(' ') || !cursor.number(3, 3, status) || status < 100 || status > 599) {
    return fail(Malformed::bad_status);
  }
  header.level = status >= 500 ? Level::error : status >= 400 ? Level::warn : Level::info;
  header.message = from_request.substr(0, end);
  if (!cursor.take(' ')) return fail(Malformed::bad_size);
  const std::string_view size = cursor.word();
  if (size.empty() || (size != "-" && !std::ranges::all_of(size, is_digit))) return fail(Malformed::bad_size);
  return header;
}

Level level_of_priority(int priority) {
  static constexpr std::array<Level, 8> levels{Level::fatal, Level::fatal, Level::fatal, Level::error,
                                               Level::warn,  Level::info,  Level::info,  Level::debug};
  return levels[static_cast<std::size_t>(priority % 8)];
}

Header read_syslog_header(std::string_view line) {
  Header header;
  Cursor cursor(line);
  int priority = 0;
  if (cursor.take('<')) {
    const bool valid = cursor.number(1, 3, priority) && priority <= 191 && cursor.take('>');
    if (valid) {
      header.level = level_of_priority(priority);
    } else {
      cursor = Cursor(line.substr(line.find('>') + 1));  // the shape of a header has a '>'
    }
  }
  const int month = month_of(cursor.rest().substr(0, 3));
  cursor.skip(3);
  if (const std::optional<Stamp> stamp = read_syslog_time(cursor, month)) {
    header.stamp = *stamp;
  } else {
    header.malformed = Malformed::bad_timestamp;
  }
  cursor.skip_spaces();
  cursor.word();  // host
  cursor.skip_spaces();
  header.message = cursor.rest();
  return header;
}

}  // namespace

Header read_header(Format format, std::string_view line) {
  switch (format) {
    case Format::log4j:
      return read_log4j_header(line);
    case Format::access:
      return read_access_header(line);
    case Format::syslog:
      return read_syslog_header(line);
    case Format::json_lines:
      return read_json_header(line);
    case Format::custom:
      return read_custom_header(line);
  }
  return {};
}

}  // namespace contend::log_parser
