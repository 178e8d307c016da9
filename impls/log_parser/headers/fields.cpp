#include "impls/log_parser/headers/fields.hpp"

#include <algorithm>
#include <array>

#include "impls/log_parser/format/levels.hpp"
#include "impls/log_parser/stamps/epoch.hpp"
#include "impls/log_parser/stamps/read_stamp.hpp"

namespace contend::log_parser {
namespace {

// Whole numbers up to six digits; -1: it is none.
int small_number(std::string_view text) {
  Cursor cursor(text);
  int value = 0;
  return cursor.number(1, 6, value) && cursor.done() ? value : -1;
}

Level level_of_value(std::string_view text) {
  if (text.size() == 1 && is_capital(text[0])) return level_of_letter(text[0]);
  Cursor cursor(text);
  Level level = level_of(text);
  if (level == Level::unknown) level = find_level(cursor, 1, LevelWords::first_in_any_case);
  return level;
}

// A time that is the whole of a text.
FoundStamp read_whole_stamp(std::string_view text) {
  Cursor cursor(text);
  cursor.skip_spaces();
  FoundStamp found = read_stamp(cursor, {.bare_epoch = true});
  if (found.shape == FoundStamp::Shape::none) {
    const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
    if (digits && text.find('.') == text.rfind('.')) return read_epoch(text);
  }
  cursor.skip_spaces();
  if (!cursor.done()) found = {FoundStamp::Shape::impossible, {}};
  return found;
}

}  // namespace

void HeaderFields::add(std::string_view name, const Value& value) {
  const Role role = role_of(name);
  switch (role) {
    case Role::none:
      break;
    case Role::time:
    case Role::likely_time:
    case Role::date:
      add_time(role, value);
      break;
    case Role::nanoseconds:
      Cursor(value.text).number(1, 9, nanoseconds_);
      break;
    case Role::level:
    case Role::priority:
    case Role::python_level:
    case Role::otel_level:
      add_level(name, role, value);
      break;
    case Role::message:
      add_audit_time(value);
      add_message(value, 3);
      break;
    case Role::gelf:
      is_gelf_ = true;
      add_message(value, 3);
      break;
    case Role::likely_message:
      add_message(value, 2);
      break;
    case Role::log:
      has_log_ = value.is_string;
      add_message(value, 2);
      break;
    case Role::text:
      add_message(value, 1);
      break;
    case Role::stream:
      has_stream_ = value.is_string;
      break;
  }
}

void HeaderFields::add_time(Role role, const Value& value) {
  if (timed_) return;
  MessageRoom room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  const std::string_view text = value.is_string && value.escaped ? unescape(value.text, room) : value.text;
  FoundStamp found;
  if (value.is_number) {
    found = read_epoch(text);
  } else if (value.is_string) {
    found = read_whole_stamp(text);
  }
  if (found.shape == FoundStamp::Shape::whole) {
    header_.stamp = found.stamp;
    timed_ = true;
    return;
  }
  if (role == Role::date) date_ = value.text;
  if (role == Role::time) {
    bad_time_ = true;
    if (value.is_string) clock_ = value.text;
  }
}

// msg=audit(1709294400.123:12): as the kernel's audit writes it.
void HeaderFields::add_audit_time(const Value& value) {
  constexpr std::string_view start = "audit(";
  const std::size_t colon = value.text.substr(0, 40).find(':');
  if (timed_ || !value.text.starts_with(start) || colon == std::string_view::npos) return;
  const FoundStamp found = read_epoch(value.text.substr(start.size(), colon - start.size()));
  bad_time_ |= found.shape != FoundStamp::Shape::whole;
  timed_ = found.shape == FoundStamp::Shape::whole;
  header_.stamp = found.stamp;
}

void HeaderFields::add_level(std::string_view name, Role role, const Value& value) {
  if (header_.level != Level::unknown) return;
  MessageRoom room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  const std::string_view text = value.is_string && value.escaped ? unescape(value.text, room) : value.text;
  if (!value.is_string && !value.is_number) return;
  const int number = small_number(text);
  if (number < 0) {
    if (value.is_string) header_.level = level_of_value(text);
  } else if (role == Role::priority || (number < 8 && equal_ignoring_case(name, "severity"))) {
    header_.level = level_of_priority(number);
  } else if (role == Role::python_level) {
    header_.level = level_of_python(number);
  } else if (role == Role::otel_level) {
    header_.level = level_of_otel(number);
  } else {
    header_.level = level_of_number(number);
    if (number < 8 && equal_ignoring_case(name, "level")) gelf_level_ = number;
  }
}

void HeaderFields::add_message(const Value& value, int rank) {
  if (!value.is_string || value.text.empty() || rank <= message_rank_) return;
  header_.message = value.text;
  message_escaped_ = value.escaped;
  message_rank_ = rank;
}

Header HeaderFields::finish(MessageRoom& room) const {
  Header header = header_;
  if (!timed_ && !date_.empty() && date_.size() + clock_.size() < 64 && !clock_.empty()) {
    std::array<char, 66> text{};
    std::size_t size = date_.copy(text.data(), date_.size());
    text[size++] = ' ';
    size += clock_.copy(text.data() + size, clock_.size());
    const FoundStamp found = read_whole_stamp({text.data(), size});
    header.stamp = found.stamp;
    if (found.shape != FoundStamp::Shape::whole) header.malformed = Malformed::bad_timestamp;
  } else if (!timed_ && bad_time_) {
    header.malformed = Malformed::bad_timestamp;
  }
  if (timed_) header.stamp.value_ns += nanoseconds_;
  if (header.level == Level::unknown && is_gelf_) header.level = level_of_priority(gelf_level_);
  // Of what else is counted nobody asks for the message.
  const bool asked = is_error(header.level) || is_wrapped();
  if (asked && message_escaped_) header.message = unescape(header.message, room);
  return header;
}

}  // namespace contend::log_parser
