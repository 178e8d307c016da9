#include "impls/log_parser/headers/field_roles.hpp"
#include "impls/log_parser/headers/fields.hpp"

namespace contend::log_parser {
namespace {

bool is_name_byte(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '@' || c == '/';
}

// A name and its equals sign; empty: there is none.
std::string_view take_name(Cursor& cursor) {
  std::size_t length = 0;
  while (is_name_byte(cursor.peek(length))) ++length;
  if (length == 0 || cursor.peek(length) != '=') return {};
  const std::string_view name = cursor.rest().substr(0, length);
  cursor.skip(length + 1);
  return name;
}

// A word, or what stands between quotes, in which a backslash makes the next byte mean itself.
HeaderFields::Value take_value(Cursor& cursor) {
  if (!cursor.take('"')) {
    const std::string_view word = cursor.word();
    const bool number =
        !word.empty() && is_digit(word[0]) && word.find_first_not_of("0123456789.eE+") == std::string_view::npos;
    const bool escaped = word.find('\\') != std::string_view::npos;
    return {.text = word, .is_string = !number, .is_number = number, .escaped = escaped};
  }
  const std::string_view rest = cursor.rest();
  std::size_t end = 0;
  bool escaped = false;
  for (; end < rest.size() && rest[end] != '"'; ++end) {
    if (rest[end] != '\\') continue;
    escaped = true;
    ++end;
  }
  end = std::min(end, rest.size());
  cursor.skip(end + 1);
  return {.text = rest.substr(0, end), .is_string = true, .escaped = escaped};
}

}  // namespace

bool has_logfmt_shape(std::string_view line) {
  constexpr std::size_t in_view = 256;
  if (line.empty() || !is_name_byte(line[0]) || is_digit(line[0])) return false;
  Cursor cursor(line.substr(0, in_view));
  const std::string_view first = take_name(cursor);
  if (first.empty() || cursor.peek() == '=') return false;
  if (role_of(first) != Role::none) return true;
  // One equals sign may stand in any text, two names not.
  take_value(cursor);
  cursor.skip_spaces();
  return !take_name(cursor).empty();
}

Header read_logfmt_header(std::string_view line, MessageRoom& room) {
  HeaderFields fields;
  Cursor cursor(line);
  while (!cursor.done()) {
    cursor.skip_spaces();
    const std::string_view name = take_name(cursor);
    if (name.empty()) {
      cursor.word();  // a word alone is a flag
      continue;
    }
    fields.add(name, take_value(cursor));
  }
  return fields.finish(room);
}

}  // namespace contend::log_parser
