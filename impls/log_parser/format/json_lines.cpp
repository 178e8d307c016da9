#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "impls/log_parser/format/levels.hpp"
#include "impls/log_parser/format/log_format.hpp"

namespace contend::log_parser {
namespace {

constexpr int deepest = 64;

// The first byte that ends plain text within a string: a quote, a backslash or a control byte. Looks at eight bytes at
// once: the top bit of each byte of `found` says whether the byte is one of them, exactly so up to the first.
const char* end_of_plain_text(const char* at, const char* end) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const auto zeros = [](std::uint64_t word) { return (word - ones) & ~word; };
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    const std::uint64_t control = (word - ones * 0x20) & ~word;
    const std::uint64_t found = (zeros(word ^ ones * '"') | zeros(word ^ ones * '\\') | control) & (ones * 0x80);
    if (found == 0) continue;
    if constexpr (std::endian::native == std::endian::little) return at + std::countr_zero(found) / 8;
    break;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

// A number since 1970 in seconds, or by its length in milli-, micro- or nanoseconds. Only seconds may have a fraction.
std::optional<Stamp> read_epoch(std::string_view number) {
  TimeNs value = 0;
  std::size_t digits = 0;
  for (; digits < number.size() && is_digit(number[digits]); ++digits) {
    if (value > max_log_time_ns / 10) return std::nullopt;
    value = value * 10 + (number[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  const TimeNs unit_ns = digits > 16 ? 1 : digits > 13 ? 1'000 : digits > 10 ? 1'000'000 : second_ns;
  if (value > max_log_time_ns / unit_ns) return std::nullopt;
  TimeNs time_ns = value * unit_ns;
  if (unit_ns == second_ns && digits < number.size() && number[digits] == '.') {
    DurationNs part_ns = second_ns / 10;
    for (std::size_t i = digits + 1; i < number.size() && is_digit(number[i]); ++i, part_ns /= 10) {
      time_ns += (number[i] - '0') * part_ns;
    }
  }
  return Stamp{Stamp::Kind::utc, 0, 0, time_ns};
}

// Checks that a line is one JSON object and picks the fields of the header out of its outermost level, the first of
// each kind.
class JsonLine {
 public:
  explicit JsonLine(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  Header read() {
    Header header;
    skip_spaces();
    const bool whole = object(&header, 1) && (skip_spaces(), at_ == end_);
    if (whole) return header;
    Header bad;
    bad.malformed = Malformed::bad_json;
    return bad;
  }

 private:
  void skip_spaces() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool take(char expected) {
    skip_spaces();
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }
  bool literal(std::string_view name) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(name)) return false;
    at_ += name.size();
    return true;
  }
  bool digits() {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != start;
  }

  bool number() {
    if (at_ != end_ && *at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ != end_ && *at_ == '.' && (++at_, !digits())) return false;
    if (at_ != end_ && (*at_ | 0x20) == 'e') {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      return digits();
    }
    return true;
  }

  // `content` is what stands between the quotes, escapes as they are.
  bool string(std::string_view& content) {
    if (!take('"')) return false;
    const char* const start = at_;
    while (true) {
      at_ = end_of_plain_text(at_, end_);
      if (at_ == end_) return false;
      if (*at_ == '"') {
        content = {start, static_cast<std::size_t>(at_ - start)};
        ++at_;
        return true;
      }
      if (*at_ != '\\' || !escape()) return false;  // a control byte, which must be escaped
      ++at_;
    }
  }
  // Leaves at_ at the last byte of the escape.
  bool escape() {
    if (++at_ == end_) return false;
    if (*at_ != 'u') return std::string_view("\"\\/bfnrt").find(*at_) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      if (++at_ == end_ || !(is_digit(*at_) || ((*at_ | 0x20) >= 'a' && (*at_ | 0x20) <= 'f'))) return false;
    }
    return true;
  }

  bool value(int depth) {
    skip_spaces();
    if (at_ == end_) return false;
    std::string_view ignored;
    switch (*at_) {
      case '{':
        return object(nullptr, depth + 1);
      case '[':
        return array(depth + 1);
      case '"':
        return string(ignored);
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool array(int depth) {
    if (depth > deepest || !take('[')) return false;
    if (take(']')) return true;
    do {
      if (!value(depth)) return false;
    } while (take(','));
    return take(']');
  }

  // The fields go to `header` unless that is null.
  bool object(Header* header, int depth) {
    if (depth > deepest || !take('{')) return false;
    if (take('}')) return true;
    do {
      std::string_view key;
      if (!string(key) || !take(':')) return false;
      skip_spaces();
      const char* const start = at_;
      if (!value(depth)) return false;
      if (header != nullptr) pick(*header, key, {start, static_cast<std::size_t>(at_ - start)});
    } while (take(','));
    return take('}');
  }

  static bool is_any(std::string_view key, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, key) != names.end();
  }

  void pick(Header& header, std::string_view key, std::string_view value) {
    if (key.empty() || std::string_view("tlms@").find(key[0]) == std::string_view::npos) return;  // none of those below
    const bool text = value.starts_with('"');
    const std::string_view content = text ? value.substr(1, value.size() - 2) : value;
    if (!has_time_ && is_any(key, {"time", "timestamp", "ts", "@timestamp"})) {
      has_time_ = true;
      Cursor cursor(content);
      const std::optional<Stamp> stamp = text ? read_date_time(cursor) : read_epoch(content);
      if (stamp) {
        header.stamp = *stamp;
      } else {
        header.malformed = Malformed::bad_timestamp;
      }
    } else if (text && header.level == Level::unknown && is_any(key, {"level", "severity"})) {
      header.level = level_of(content);
    } else if (text && header.message.empty() && is_any(key, {"message", "msg"})) {
      header.message = content;
    }
  }

  const char* at_;
  const char* end_;
  bool has_time_ = false;
};

}  // namespace

Header read_json_header(std::string_view line) {
  return JsonLine(line).read();
}

}  // namespace contend::log_parser
