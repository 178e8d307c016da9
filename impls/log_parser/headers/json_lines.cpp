#include <array>
#include <bit>
#include <cstring>

#include "impls/base/ascii.hpp"
#include "impls/log_parser/headers/field_roles.hpp"
#include "impls/log_parser/headers/fields.hpp"

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

// Checks that a line is one JSON object and picks the fields of the header out of its outermost level, and out of those
// of its fields that may hold some.
class JsonLine {
 public:
  explicit JsonLine(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  // Whether all of the line is one object. What has been found until then is in `fields` in any case.
  bool read(HeaderFields& fields) {
    fields_ = &fields;
    skip_spaces();
    return object({}, 1) && (skip_spaces(), at_ == end_);
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
  bool string(std::string_view& content, bool& escaped) {
    if (!take('"')) return false;
    escaped = false;
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
      escaped = true;
      ++at_;
    }
  }
  // Leaves at_ at the last byte of the escape.
  bool escape() {
    if (++at_ == end_) return false;
    if (*at_ != 'u') return std::string_view("\"\\/bfnrt").find(*at_) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      if (++at_ == end_ || hex_value(*at_) < 0) return false;
    }
    return true;
  }

  // A value of the field of this name, which is null where nobody asks for it.
  bool value(const std::string_view* name, int depth) {
    skip_spaces();
    if (at_ == end_) return false;
    const char* const start = at_;
    std::string_view content;
    bool escaped = false;
    switch (*at_) {
      case '{':
        return object(name != nullptr && may_hold_header_fields(*name) ? *name : std::string_view{}, depth + 1);
      case '[':
        return array(depth + 1);
      case '"':
        if (!string(content, escaped)) return false;
        if (name != nullptr) fields_->add(*name, {.text = content, .is_string = true, .escaped = escaped});
        return true;
      case 't':
      case 'f':
      case 'n': {
        const bool known = literal("true") || literal("false") || literal("null");
        if (known && name != nullptr) fields_->add(*name, {.text = {start, static_cast<std::size_t>(at_ - start)}});
        return known;
      }
      default:
        if (!number()) return false;
        if (name != nullptr) {
          fields_->add(*name, {.text = {start, static_cast<std::size_t>(at_ - start)}, .is_number = true});
        }
        return true;
    }
  }

  bool array(int depth) {
    if (depth > deepest || !take('[')) return false;
    if (take(']')) return true;
    do {
      if (!value(nullptr, depth)) return false;
    } while (take(','));
    return take(']');
  }

  // `holder`: the name of the field that it is the value of, if its own fields may be asked for.
  bool object(std::string_view holder, int depth) {
    if (depth > deepest || !take('{')) return false;
    if (take('}')) return true;
    const bool asked = depth == 1 || !holder.empty();
    do {
      std::string_view key;
      bool escaped = false;
      if (!string(key, escaped) || !take(':')) return false;
      std::array<char, longest_name> name;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
      const std::string_view full = asked ? full_name(holder, key, escaped, name) : std::string_view{};
      if (!value(asked && !full.empty() ? &full : nullptr, depth)) return false;
    } while (take(','));
    return take('}');
  }

  // log.level, also where log is an object. Empty where it is longer than any that is asked for.
  static constexpr std::size_t longest_name = 32;
  static std::string_view full_name(std::string_view holder, std::string_view key, bool escaped,
                                    std::array<char, longest_name>& name) {
    if (escaped) {
      MessageRoom room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
      key = unescape(key, room);
      if (key.size() > name.size()) return {};
      key = {name.data(), key.copy(name.data(), key.size())};
    }
    if (holder.empty()) return key;
    if (holder.size() + 1 + key.size() > name.size()) return {};
    std::array<char, longest_name> joined{};
    std::size_t size = holder.copy(joined.data(), holder.size());
    joined[size++] = '.';
    size += key.copy(joined.data() + size, key.size());
    name = joined;
    return {name.data(), size};
  }

  const char* at_;
  const char* end_;
  HeaderFields* fields_ = nullptr;
};

// What Docker's engine writes goes on with the line before it where the program's line does.
constexpr std::string_view docker_line = "{\"log\":\"";

// A wrapped line, its level and message those of the text that it holds.
void unwrap(Header& header, MessageRoom& room) {
  MessageRoom inner;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  std::string_view text = header.message;
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  Header found;
  read_text(text, inner, found);
  header.level = found.level;
  // Within `room` already, unless it has been written anew.
  header.message = found.message;
  const bool anew = found.message.data() >= inner.data() && found.message.data() < inner.data() + inner.size();
  if (anew) header.message = {room.data(), found.message.copy(room.data(), room.size())};
}

}  // namespace

bool has_json_shape(std::string_view line) {
  if (!line.starts_with(docker_line)) return true;
  std::string_view text = line.substr(docker_line.size());
  if (!text.starts_with("\\t") && !is_wrapped_continuation(text)) return true;
  return text.find("\"stream\":\"std") == std::string_view::npos;
}

Header read_json_header(std::string_view line, MessageRoom& room) {
  HeaderFields fields;
  if (!JsonLine(line).read(fields)) {
    Header bad;
    bad.malformed = Malformed::bad_json;
    return bad;
  }
  Header header = fields.finish(room);
  if (fields.is_wrapped()) unwrap(header, room);
  return header;
}

Header read_json_fields(std::string_view text, MessageRoom& room) {
  HeaderFields fields;
  JsonLine(text).read(fields);
  return fields.finish(room);
}

}  // namespace contend::log_parser
