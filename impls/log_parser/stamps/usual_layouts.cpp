#include "impls/log_parser/stamps/usual_layouts.hpp"

#include <array>

#include "impls/log_parser/stamps/clock.hpp"
#include "impls/log_parser/stamps/dates.hpp"

namespace contend::log_parser {
namespace {

// Two digits, or some number beyond 99.
int two_digits(const char* at) {
  const auto tens = static_cast<unsigned char>(at[0] - '0');
  const auto ones = static_cast<unsigned char>(at[1] - '0');
  return tens < 10 && ones < 10 ? tens * 10 + ones : 1000;
}

// Whether the text behind a clock begins in one of the ways in which most logs go on, and no zone begins.
bool is_no_zone(const char* at, std::size_t size) {
  if (size == 0 || at[0] == ']' || at[0] == '"') return true;
  if (size < 4 || at[0] != ' ') return false;
  const char next = at[1];
  switch (next) {
    case 'D':
      return true;
    case 'I':
      return at[2] == 'N';
    case 'E':
      return at[2] == 'R';
    case 'W':
      return at[2] == 'A' && at[3] == 'R';
    case '[':
      return at[2] >= 'a' && at[2] <= 'z';
    default:
      // What may be pm or a host.
      return next >= 'a' && next <= 'z' && next != 'a' && next != 'p';
  }
}

// Digits at these places, each pair a number; false where one is none.
template <std::size_t Count>
bool read_pairs(const char* at, const std::array<std::uint8_t, Count>& places, std::array<int, Count>& values) {
  bool digits = true;
  for (std::size_t i = 0; i < Count; ++i) {
    values[i] = two_digits(at + places[i]);
    digits &= values[i] < 100;
  }
  return digits;
}

FoundStamp finish_usual(Cursor& cursor, const Date& date, const Clock& clock) {
  const std::string_view rest = cursor.rest();
  if (!is_no_zone(rest.data(), rest.size())) {
    if (rest == "Z") {
      cursor.skip(1);
    } else {
      return finish_stamp(cursor, date, clock);
    }
  }
  if (clock.impossible) return impossible_stamp;
  return date.has_year ? stamp_of(date, clock.of_day_ns()) : yearless_stamp_of(date, clock.of_day_ns());
}

// yyyy-mm-dd hh:mm:ss,fff
bool read_iso_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 23;
  const std::string_view rest = cursor.rest();
  if (rest.size() < length) return false;
  const char* const at = rest.data();
  if (at[4] != '-' || at[7] != '-' || (at[10] != ' ' && at[10] != 'T') || at[13] != ':' || at[16] != ':' ||
      (at[19] != ',' && at[19] != '.') || !is_digit(at[22]) || (rest.size() > length && is_digit(at[length]))) {
    return false;
  }
  std::array<int, 8> part{};
  if (!read_pairs(at, std::array<std::uint8_t, 8>{0, 2, 5, 8, 11, 14, 17, 20}, part)) return false;
  Date date;
  date.year = part[0] * 100 + part[1];
  date.month = part[2];
  date.day = part[3];
  cursor.skip(length);
  const Clock clock{part[4], part[5], part[6], (part[7] * 10 + (at[22] - '0')) * 1'000'000LL,
                    part[4] > 23 || part[5] > 59 || part[6] > 60};
  found = finish_usual(cursor, date, clock);
  return true;
}

// dd/Mmm/yyyy:hh:mm:ss +hhmm]
bool read_access_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 26;
  const std::string_view rest = cursor.rest();
  if (rest.size() <= length) return false;
  const char* const at = rest.data();
  if (at[2] != '/' || at[6] != '/' || at[11] != ':' || at[14] != ':' || at[17] != ':' || at[20] != ' ' ||
      (at[21] != '+' && at[21] != '-') || at[length] != ']') {
    return false;
  }
  std::array<int, 8> part{};
  Date date;
  date.month = month_of(rest.substr(3, 3));
  if (date.month == 0 || !read_pairs(at, std::array<std::uint8_t, 8>{0, 7, 9, 12, 15, 18, 22, 24}, part)) return false;
  date.day = part[0];
  date.year = part[1] * 100 + part[2];
  if (part[3] > 23 || part[4] > 59 || part[5] > 60 || part[6] > 15 || part[7] > 59) return false;
  const DurationNs east_ns = (at[21] == '+' ? 1 : -1) * (part[6] * 60 + part[7]) * 60 * second_ns;
  cursor.skip(length);
  found = stamp_of(date, (part[3] * 3600 + part[4] * 60 + part[5]) * second_ns - east_ns);
  return true;
}

// Mmm dd hh:mm:ss
bool read_syslog_layout(Cursor& cursor, FoundStamp& found) {
  constexpr std::size_t length = 15;
  const std::string_view rest = cursor.rest();
  if (rest.size() < length + 4) return false;
  const char* const at = rest.data();
  if (at[3] != ' ' || at[6] != ' ' || at[9] != ':' || at[12] != ':' || !is_no_zone(at + length, rest.size() - length))
    return false;
  std::array<int, 3> part{};
  Date date;
  date.month = month_of(rest.substr(0, 3));
  if (date.month == 0 || !is_digit(at[5]) || !read_pairs(at, std::array<std::uint8_t, 3>{7, 10, 13}, part))
    return false;
  if (at[4] != ' ' && !is_digit(at[4])) return false;
  date.day = (at[4] == ' ' ? 0 : at[4] - '0') * 10 + (at[5] - '0');
  date.has_year = false;
  if (part[0] > 23 || part[1] > 59 || part[2] > 60) return false;
  cursor.skip(length);
  found = yearless_stamp_of(date, (part[0] * 3600 + part[1] * 60 + part[2]) * second_ns);
  return true;
}

}  // namespace

bool read_usual_layout(Cursor& cursor, FoundStamp& found) {
  if (cursor.peek(4) == '-') return read_iso_layout(cursor, found);
  return cursor.peek(2) == '/' ? read_access_layout(cursor, found) : read_syslog_layout(cursor, found);
}

}  // namespace contend::log_parser
