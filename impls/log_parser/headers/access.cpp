#include <algorithm>

#include "impls/log_parser/headers/headers.hpp"
#include "impls/log_parser/stamps/read_stamp.hpp"

namespace contend::log_parser {
namespace {

// Of what follows an opening quote; a backslash makes the next byte mean itself. The size or more: there is none.
std::size_t find_closing_quote(std::string_view bytes) {
  const std::size_t first = bytes.find('"');
  if (first == std::string_view::npos || bytes.substr(0, first).find('\\') == std::string_view::npos) return first;
  std::size_t end = 0;
  while (end < bytes.size() && bytes[end] != '"') end += bytes[end] == '\\' ? 2 : 1;
  return end;
}

// Goes behind the bracket of the time. Before it are host, ident and user at least; Apache's virtual hosts have one more in
// front, and a user's name may hold spaces and even brackets.
bool go_to_time(Cursor& cursor) {
  for (int words = 0; words < 3; ++words) {
    if (cursor.word().empty() || !cursor.take(' ')) return false;
  }
  Cursor bracket = cursor;
  bool at_bracket = bracket.take('[');
  const bool right_here = at_bracket;
  while (!at_bracket || !is_digit(bracket.peek())) {
    const std::size_t at = bracket.rest().find(" [");
    if (at == std::string_view::npos) return right_here && cursor.take('[');
    bracket.skip(at + 2);
    at_bracket = true;
  }
  cursor = bracket;
  return true;
}

void take_time(Cursor& cursor, Header& header) {
  const FoundStamp found = read_stamp(cursor);
  if (found.shape == FoundStamp::Shape::whole && cursor.take(']') && cursor.take(' ')) {
    header.stamp = found.stamp;
    return;
  }
  header.malformed = Malformed::bad_timestamp;
  const std::size_t quote = cursor.rest().find('"');
  if (quote != std::string_view::npos) cursor.skip(quote);
}

}  // namespace

Header read_access_header(std::string_view line) {
  Header header;
  const auto fail = [&](Malformed reason) {
    if (header.malformed == Malformed::none) header.malformed = reason;
    return header;
  };
  Cursor cursor(line);
  if (!go_to_time(cursor)) return fail(Malformed::missing_fields);
  take_time(cursor, header);
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

}  // namespace contend::log_parser
