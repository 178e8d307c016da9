#include <algorithm>
#include <cstring>

#include "impls/log_parser/format/levels.hpp"
#include "impls/log_parser/headers/headers.hpp"
#include "impls/log_parser/stamps/read_stamp.hpp"

namespace contend::log_parser {
namespace {

// What stands before the time.
struct Front {
  int priority = -1;  // -1: none, or none that can be
  bool rfc5424 = false;
};

// <13>. False: it does not end. Takes also a number that is none.
bool take_priority(Cursor& cursor, Front& front) {
  Cursor ahead = cursor;
  ahead.skip(1);
  int priority = 0;
  if (ahead.number(1, 3, priority) && priority <= 191 && ahead.take('>')) {
    front.priority = priority;
    cursor = ahead;
    return true;
  }
  const std::size_t close = cursor.rest().substr(0, 6).find('>');
  if (close == std::string_view::npos) return false;
  cursor.skip(close + 1);
  return true;
}

void go_to_stamp(Cursor& cursor, Front& front) {
  if (cursor.peek() == '<' && take_priority(cursor, front)) {
    if (cursor.peek() == '1' && cursor.peek(1) == ' ') {
      cursor.skip(2);
      front.rfc5424 = true;
    }
  }
  // Cisco numbers its messages, and marks a clock that is not set.
  if (is_digit(cursor.peek())) {
    const std::size_t digits = cursor.digits();
    if (cursor.peek(digits) == ':' && cursor.peek(digits + 1) == ' ') cursor.skip(digits + 2);
  }
  if (cursor.peek() == '*' || cursor.peek() == '.') cursor.skip(1);
}

// A month or a weekday, or what RFC 3339 begins with.
bool is_stamp(std::string_view bytes, const Front& front) {
  if (front.rfc5424 && bytes.starts_with("- ")) return true;
  if (!bytes.empty() && is_digit(bytes[0])) {
    const bool iso = bytes.size() > 10 && bytes[4] == '-' && (bytes[10] == 'T' || front.priority >= 0);
    return iso && begins_with_stamp(bytes);
  }
  return begins_with_stamp(bytes);
}

// [id name="value"]..., in which a backslash makes the next byte mean itself, or a dash.
void skip_structured_data(Cursor& cursor) {
  if (cursor.take("- ") || cursor.take('-')) return;
  while (cursor.take('[')) {
    const std::string_view rest = cursor.rest();
    std::size_t end = 0;
    bool quoted = false;
    for (; end < rest.size() && (quoted || rest[end] != ']'); ++end) {
      if (rest[end] == '"') quoted = !quoted;
      if (rest[end] == '\\') ++end;
    }
    cursor.skip(end + 1);
  }
  cursor.take(' ');
}

// The message behind the name of its program: what different programs say is different.
void read_rfc5424(Cursor& cursor, MessageRoom& room, Header& header) {
  cursor.take(' ');
  cursor.word();  // host
  cursor.take(' ');
  const std::string_view app = cursor.word().substr(0, 48);
  cursor.take(' ');
  for (int i = 0; i < 2; ++i) {  // process, kind of message
    cursor.word();
    cursor.take(' ');
  }
  skip_structured_data(cursor);
  cursor.take("\xEF\xBB\xBF");
  header.message = cursor.rest();
  if (app.empty() || app == "-") return;
  std::size_t size = app.copy(room.data(), app.size());
  size += std::string_view(": ").copy(room.data() + size, 2);
  size += header.message.copy(room.data() + size, room.size() - size);
  header.message = {room.data(), size};
}

// daemon.err, as BusyBox and FreeBSD write it behind the host.
Level level_of_facility_word(std::string_view word) {
  constexpr ByteSet first_letters("<acdfklmnsu");
  if (word.empty() || !first_letters.has(word[0])) return Level::unknown;
  if (word.starts_with('<') && word.ends_with('>')) word = word.substr(1, word.size() - 2);
  const std::size_t point = word.find('.');
  if (point == std::string_view::npos) return Level::unknown;
  const std::string_view facility = word.substr(0, point);
  for (const std::string_view known :
       {"auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp"}) {
    if (facility == known) return level_of(word.substr(point + 1));
  }
  return facility.starts_with("local") && facility.size() == 6 ? level_of(word.substr(point + 1)) : Level::unknown;
}

// %SYS-5-CONFIG_I, Cisco's name of a message.
Level level_of_cisco_name(std::string_view text) {
  const std::size_t percent = text.substr(0, 64).find('%');
  if (percent == std::string_view::npos || !is_capital(text.substr(percent + 1).empty() ? ' ' : text[percent + 1])) {
    return Level::unknown;
  }
  const std::string_view name = text.substr(percent + 1, 64);
  for (std::size_t i = 1;
       i + 2 < name.size() && (is_capital(name[i - 1]) || is_digit(name[i - 1]) || name[i - 1] == '_'); ++i) {
    if (name[i] == '-' && is_digit(name[i + 1]) && name[i + 2] == '-') return level_of_priority(name[i + 1] - '0');
  }
  return Level::unknown;
}

// Where no priority says it, the level is one that the text behind the program's name begins with.
Level level_of_text(std::string_view message) {
  if (const Level level = level_of_cisco_name(message); level != Level::unknown) return level;
  Cursor cursor(message);
  const std::string_view first = cursor.word();
  if (const Level level = level_of_facility_word(first); level != Level::unknown) return level;
  // app[12](Error): as MIT Kerberos writes it.
  const std::size_t open = first.rfind('(');
  if (first.ends_with("):") && open != std::string_view::npos) {
    return level_of(first.substr(open + 1, first.size() - open - 3));
  }
  if (first.ends_with(':')) {
    cursor.skip_spaces();
    Header inner;
    MessageRoom room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
    read_text(cursor.rest(), room, inner);
    return inner.level;
  }
  return Level::unknown;
}

}  // namespace

bool has_syslog_shape(std::string_view line) {
  if (line.empty() || is_blank(line[0]) || (line[0] >= 'a' && line[0] <= 'z')) return false;
  Cursor cursor(line);
  Front front;
  go_to_stamp(cursor, front);
  return is_stamp(cursor.rest(), front);
}

Header read_syslog_header(std::string_view line, MessageRoom& room) {
  Header header;
  Cursor cursor(line);
  Front front;
  go_to_stamp(cursor, front);
  if (front.rfc5424 && cursor.take('-')) {
    // RFC 5424's NILVALUE: there is no time, and nothing wrong.
  } else {
    const FoundStamp found = read_stamp(cursor);
    if (found.shape == FoundStamp::Shape::whole) {
      header.stamp = found.stamp;
    } else {
      header.malformed = Malformed::bad_timestamp;
    }
  }
  if (front.priority >= 0) header.level = level_of_priority(front.priority % 8);
  if (front.rfc5424) {
    read_rfc5424(cursor, room, header);
    return header;
  }
  const bool without_host = cursor.take(':');  // Cisco's
  cursor.skip_spaces();
  Cursor behind = cursor;
  const std::string_view host = behind.word();
  behind.skip_spaces();
  if (!without_host && level_of_facility_word(host) == Level::unknown) cursor = behind;
  header.message = cursor.rest();
  if (header.level == Level::unknown) header.level = level_of_text(header.message);
  return header;
}

}  // namespace contend::log_parser
