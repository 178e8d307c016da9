#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "impls/base/time.hpp"

namespace contend::log_parser {

inline constexpr DurationNs second_ns = 1'000'000'000;
inline constexpr DurationNs day_ns = 86'400 * second_ns;

// A time as a line gives it. Syslog's lacks the year, which only the stream it is in can tell.
struct Stamp {
  enum class Kind : std::uint8_t { none, utc, yearless } kind = Kind::none;
  std::uint8_t month = 0;  // yearless: 1 to 12
  std::uint8_t day = 0;    // yearless: 1 to 31
  TimeNs value_ns = 0;     // utc: since 1970; yearless: of the day
};

// Midnight of a day of the Gregorian calendar. Days beyond the end of a month go on into the next.
TimeNs midnight_ns(int year, int month, int day);

// Of the years around that of `near_ns`, the one in which the yearless stamp is nearest to it.
TimeNs with_nearest_year(const Stamp& stamp, TimeNs near_ns);
TimeNs with_year(const Stamp& stamp, int year);

// Reads from left to right. A read that fails leaves it where it was.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return at_ == end_; }
  char peek() const { return at_ == end_ ? '\0' : *at_; }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  void skip(std::size_t bytes) { at_ += bytes; }
  bool take(char expected) {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }
  void skip_spaces() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
  }
  // Up to the next space, which is not taken.
  std::string_view word() {
    const char* const start = at_;
    while (at_ != end_ && *at_ != ' ' && *at_ != '\t') ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
  }
  // Between `least` and `most` digits; more of them make it fail.
  bool number(int least, int most, int& value) {
    const char* at = at_;
    int sum = 0;
    while (at != end_ && static_cast<unsigned char>(*at - '0') < 10) {
      if (at - at_ == most) return false;
      sum = sum * 10 + (*at++ - '0');
    }
    if (at - at_ < least) return false;
    at_ = at;
    value = sum;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

constexpr bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}
constexpr bool is_letter(char c) {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}

// Whether the bytes have the shape of yyyy-m... or yy/m...
bool looks_like_date(std::string_view bytes);
// [yyyy-]m-d or yy/m/d, a space or T, h:m:s, a fraction of 1 to 9 digits after , or . and a zone: Z or +hh[:]mm.
// Parts need not be padded. Nothing where a value is impossible or missing.
std::optional<Stamp> read_date_time(Cursor& cursor);

// 1 to 12 for `Jan` to `Dec`, else 0.
int month_of(std::string_view name);
// dd/Mmm/yyyy:hh:mm:ss +hhmm
std::optional<Stamp> read_access_time(Cursor& cursor);
// d hh:mm:ss, after the month.
std::optional<Stamp> read_syslog_time(Cursor& cursor, int month);

}  // namespace contend::log_parser
