#include "impls/log_parser/stamps/read_stamp.hpp"

#include "impls/log_parser/stamps/clock.hpp"
#include "impls/log_parser/stamps/epoch.hpp"

namespace contend::log_parser {

FoundStamp read_unusual_stamp(Cursor& cursor, StampRules rules) {
  FoundStamp found;
  if (cursor.peek() == '@') {
    read_tai64n(cursor, found);
    return found;
  }
  if (read_epoch_word(cursor, rules, found)) return found;
  Cursor ahead = cursor;
  Date date;
  if (!read_date(ahead, rules, date)) return found;
  const Clock clock = read_clock(ahead, date.compact_clock);
  // Without marks between them, digits are a time only where it is one that can be.
  if (date.compact_clock && clock.impossible) return found;
  found = finish_stamp(ahead, date, clock);
  cursor = ahead;
  return found;
}

bool begins_with_unusual_stamp(std::string_view bytes, StampRules rules) {
  Cursor cursor(bytes);
  return read_stamp(cursor, rules).shape != FoundStamp::Shape::none;
}

}  // namespace contend::log_parser
