#include "impls/log_parser/format/levels.hpp"
#include "impls/log_parser/headers/headers.hpp"
#include "impls/log_parser/stamps/read_stamp.hpp"

namespace contend::log_parser {
namespace {

constexpr ByteSet opening_marks("[(<{\"'");
constexpr ByteSet closing_marks("])>}\"'");
constexpr ByteSet marks_behind_level(" \t,:|-[](<\"'");
constexpr ByteSet field_separators(" \t,;|=");

// What stands before the time, where that is at the front.
struct Front {
  Level level = Level::unknown;
  bool in_brackets = false;
  bool redis = false;  // which has signs for levels
};

// A level or a letter for one before the time, as Python, Ruby, Dropwizard and Tornado write it.
bool take_level_before(Cursor& cursor, Front& front) {
  std::size_t letters = 0;
  while (letters < 14 && is_letter(cursor.peek(letters))) ++letters;
  const std::string_view word = cursor.rest().substr(0, letters);
  front.level = letters == 1 ? level_of_letter(word[0]) : level_of(word);
  if (front.level == Level::unknown) return false;
  cursor.skip(letters);
  int marks = 0;
  while (marks < 8 && cursor.take(marks_behind_level)) ++marks;
  return marks > 0;
}

// 123:M, as Redis begins.
bool take_redis_process(Cursor& cursor) {
  cursor.skip(cursor.digits());
  if (!cursor.take(':') || !is_capital(cursor.peek())) return false;
  cursor.skip(1);
  return cursor.take(' ');
}

// Goes to where the time is, which is at the front, in brackets, or behind a level.
bool go_to_stamp(Cursor& cursor, Front& front) {
  front.in_brackets = cursor.take(opening_marks);
  if (begins_with_stamp(cursor.rest(), {.bare_epoch = front.in_brackets})) return true;
  Cursor ahead = cursor;
  if (is_capital(ahead.peek())) {
    if (!take_level_before(ahead, front) || !begins_with_stamp(ahead.rest())) return false;
    front.in_brackets = true;
  } else {
    front.redis = true;
    if (!is_digit(ahead.peek()) || !take_redis_process(ahead) || !begins_with_stamp(ahead.rest())) return false;
  }
  cursor = ahead;
  return true;
}

// stdout F and the like, which CRI puts between the time and the line of a container.
bool take_container_words(Cursor& cursor) {
  Cursor ahead = cursor;
  if (!ahead.take(" stdout ") && !ahead.take(" stderr ")) return false;
  if (!ahead.take('F') && !ahead.take('P')) return false;
  if (!ahead.take(' ') && !ahead.done()) return false;
  cursor = ahead;
  return true;
}

// Goes to the first time that begins within the first words, or within fields that , ; | or = separate.
bool go_to_stamp_within(Cursor& cursor) {
  constexpr std::size_t longest = 256;
  Cursor ahead(cursor.rest().substr(0, longest));
  const std::size_t in_view = ahead.rest().size();
  bool starts = true;
  for (int words = 0; words <= words_before_time && !ahead.done();) {
    if (starts) {
      Cursor inner = ahead;
      inner.take(opening_marks);
      if (begins_with_stamp(inner.rest(), {.bare_epoch = true})) {
        cursor.skip(in_view - inner.rest().size());
        return true;
      }
    }
    const char c = ahead.peek();
    ahead.skip(1);
    starts = field_separators.has(c);
    if ((c == ' ' || c == '\t') && ahead.peek() != ' ' && ahead.peek() != '\t') ++words;
  }
  return false;
}

void take_message(Header& header, Cursor cursor) {
  cursor.skip_spaces();
  header.message = cursor.rest();
}

Level level_of_redis(Cursor& cursor) {
  Cursor ahead = cursor;
  ahead.skip_spaces();
  const std::string_view sign = ahead.word();
  const Level level = sign == "#"   ? Level::warn
                      : sign == "*" ? Level::info
                      : sign == "-" ? Level::debug
                      : sign == "." ? Level::trace
                                    : Level::unknown;
  if (level != Level::unknown) cursor = ahead;
  return level;
}

void take_marked_stamp(Cursor& cursor, StampRules rules, Header& header) {
  take_stamp(cursor, rules, header);
  cursor.take(closing_marks);
}

// The level before the time or among the words behind it, and the message behind that. False: there is no level.
bool read_words(Cursor cursor, const Front& front, Header& header) {
  header.level = front.level;
  if (front.redis) header.level = level_of_redis(cursor);
  if (header.level == Level::unknown) {
    header.level = find_level(cursor, words_with_level, LevelWords::first_in_any_case);
  }
  take_message(header, cursor);
  return header.level != Level::unknown;
}

// What follows a time: an object, a container's line, or words of which one is the level.
void read_behind_stamp(Cursor cursor, const Front& front, MessageRoom& room, Header& header) {
  const std::string_view behind_stamp = cursor.rest();
  const bool contained = take_container_words(cursor);
  Cursor ahead = cursor;
  ahead.skip_spaces();
  if (front.level == Level::unknown && (contained || ahead.peek() == '{')) {
    read_text(ahead.rest(), room, header);
    if (header.level != Level::unknown) return;
  }
  // Also where a brace begins no object: {task.py:12} INFO.
  if (!contained && read_words(cursor, front, header)) return;
  if (header.malformed == Malformed::none) header.malformed = Malformed::missing_level;
  header.message = behind_stamp;
}

}  // namespace

void take_stamp(Cursor& cursor, StampRules rules, Header& header) {
  const FoundStamp found = read_stamp(cursor, rules);
  if (found.shape == FoundStamp::Shape::whole) {
    header.stamp = found.stamp;
  } else {
    header.malformed = Malformed::bad_timestamp;
  }
}

bool is_wrapped_continuation(std::string_view text) {
  return text.starts_with(' ') || text.starts_with('\t') || text.starts_with("Caused by: ");
}

void read_text(std::string_view text, MessageRoom& room, Header& header) {
  Header inner;
  Cursor cursor(text);
  Front front;
  if (text.starts_with('{')) {
    inner = read_json_fields(text, room);
    if (inner.level == Level::unknown && inner.message.empty()) inner.message = text;
  } else if (has_klog_shape(text)) {
    inner = read_klog_header(text);
  } else if (go_to_stamp(cursor, front)) {
    take_marked_stamp(cursor, {.bare_epoch = front.in_brackets}, inner);
    read_words(cursor, front, inner);
  } else if (has_logfmt_shape(text)) {
    inner = read_logfmt_header(text, room);
  } else {
    Cursor words(text);
    inner.level = find_level(words, words_in_text, LevelWords::marked);
    take_message(inner, words);
  }
  header.level = inner.level;
  header.message = inner.message;
}

bool has_dated_shape(std::string_view line) {
  Cursor cursor(line);
  Front front;
  // Most lines that go on with an event begin like this.
  if (line.empty() || is_blank(line[0]) || (line[0] >= 'a' && line[0] <= 'z')) return false;
  if (!go_to_stamp(cursor, front)) return false;
  // A container's line, which has a T between date and time.
  if (line.size() < 30 || line[10] != 'T') return true;
  const std::size_t space = line.substr(0, 40).find(' ');
  if (space == std::string_view::npos) return true;
  Cursor wrapped(line.substr(space));
  return !take_container_words(wrapped) || !is_wrapped_continuation(wrapped.rest());
}

Header read_dated_header(std::string_view line, MessageRoom& room) {
  Header header;
  Cursor cursor(line);
  Front front;
  go_to_stamp(cursor, front);
  take_marked_stamp(cursor, {.bare_epoch = front.in_brackets}, header);
  read_behind_stamp(cursor, front, room, header);
  return header;
}

bool has_stamped_shape(std::string_view line) {
  if (begins_with_stamp(line)) return has_dated_shape(line);
  Cursor cursor(line);
  return go_to_stamp_within(cursor);
}

Header read_stamped_header(std::string_view line, MessageRoom& room) {
  Header header;
  Cursor cursor(line);
  go_to_stamp_within(cursor);
  const std::string_view before = line.substr(0, line.size() - cursor.rest().size());
  take_marked_stamp(cursor, {.bare_epoch = true}, header);
  read_behind_stamp(cursor, {}, room, header);
  if (header.malformed != Malformed::missing_level) return header;
  Cursor words(before);
  header.level = find_level(words, words_before_time, LevelWords::marked);
  if (header.level != Level::unknown) header.malformed = Malformed::none;
  return header;
}

Header read_custom_header(std::string_view line, MessageRoom&) {
  Header header;
  Cursor cursor(line);
  if (go_to_stamp_within(cursor)) take_marked_stamp(cursor, {.bare_epoch = true}, header);
  header.level = find_level(cursor, words_with_level, LevelWords::marked);
  cursor.skip_spaces();
  header.message = header.level == Level::unknown ? line : cursor.rest();
  return header;
}

bool read_second_line(std::string_view line, Header& header) {
  const std::size_t colon = line.substr(0, 16).find(": ");
  if (colon == std::string_view::npos || !std::ranges::all_of(line.substr(0, colon), is_capital)) return false;
  header.level = level_of(line.substr(0, colon));
  header.message = line.substr(colon + 2);
  return header.level != Level::unknown;
}

}  // namespace contend::log_parser
