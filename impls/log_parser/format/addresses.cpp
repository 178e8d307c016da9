#include "impls/log_parser/format/addresses.hpp"

#include <algorithm>

namespace contend::log_parser {
namespace {

template <class IsOne>
std::size_t count(std::string_view bytes, IsOne is_one, std::size_t most) {
  std::size_t length = 0;
  while (length < bytes.size() && length < most && is_one(bytes[length])) ++length;
  return length;
}

// Whether a word ends here.
bool ends(std::string_view bytes, std::size_t at) {
  return at >= bytes.size() || (kind_of(bytes[at]) == ByteKind::other && bytes[at] != '_');
}

// Whether a mark goes on that would make more of it than it is.
bool goes_on(std::string_view bytes, std::size_t at, char mark) {
  return at + 1 < bytes.size() && bytes[at] == mark && is_hex(bytes[at + 1]);
}

std::size_t uuid_bytes(std::string_view bytes) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (bytes.size() < shape.size() || bytes[8] != '-') return 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '-' ? bytes[i] != '-' : !is_hex(bytes[i])) return 0;
  }
  return bytes.size() == shape.size() || kind_of(bytes[shape.size()]) == ByteKind::other ? shape.size() : 0;
}

// Four numbers up to 255. Five of them, or a version of four parts behind a letter, are no address.
std::size_t ipv4_bytes(std::string_view bytes) {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at >= bytes.size() || bytes[at++] != '.')) return 0;
    const std::size_t digits = count(bytes.substr(at), is_digit, 4);
    if (digits == 0 || digits > 3) return 0;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (bytes[at + i] - '0');
    if (value > 255) return 0;
    at += digits;
  }
  const bool fifth = at + 1 < bytes.size() && bytes[at] == '.' && is_digit(bytes[at + 1]);
  return ends(bytes, at) && !fifth ? at : 0;
}

// Six pairs with one mark between them, or three fours with points as Cisco writes it.
std::size_t mac_bytes(std::string_view bytes) {
  const std::size_t group = bytes.size() > 4 && bytes[4] == '.' ? 4 : 2;
  const std::size_t groups = 12 / group;
  const std::size_t length = 12 + groups - 1;
  if (bytes.size() < length) return 0;
  const char mark = bytes[group];
  if (group == 2 && mark != ':' && mark != '-') return 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % (group + 1) == group ? bytes[i] != mark : !is_hex(bytes[i])) return 0;
  }
  return ends(bytes, length) && !goes_on(bytes, length, mark) ? length : 0;
}

// Eight groups of up to four digits, of which :: stands for several; the last two may be an IPv4 address. What looks like a
// time of day or has no two colons in a row and fewer than eight groups is none.
std::size_t ipv6_bytes(std::string_view bytes) {
  std::size_t at = 0;
  int groups = 0;
  bool gap = false;
  bool any = false;
  while (groups < 8) {
    if (bytes.substr(at).starts_with("::")) {
      if (gap) break;
      gap = true;
      at += 2;
    } else if (groups > 0 && at < bytes.size() && bytes[at] == ':' && at + 1 < bytes.size() && is_hex(bytes[at + 1])) {
      ++at;
    } else if (groups > 0 || gap) {
      break;
    }
    if (const std::size_t v4 = groups > 0 || gap ? ipv4_bytes(bytes.substr(at)) : 0; v4 > 0) {
      at += v4;
      groups += 2;
      any = true;
      break;
    }
    const std::size_t digits = count(bytes.substr(at), is_hex, 5);
    if (digits > 4) return 0;
    if (digits == 0) break;
    any = true;
    at += digits;
    ++groups;
  }
  const bool whole = gap ? groups < 8 && (any || groups == 0) : groups == 8;
  if (!whole || !ends(bytes, at) || goes_on(bytes, at, ':') || at < 2) return 0;
  // C++ names are no addresses: std::begin has letters beyond f, but cafe::add has not.
  const std::string_view text = bytes.substr(0, at);
  const bool has_digit = std::ranges::any_of(text, is_digit);
  if (!has_digit)
    return groups == 0 && (at >= bytes.size() || bytes[at] == ' ' || bytes[at] == ']' || bytes[at] == '/') ? at : 0;
  return at;
}

}  // namespace

Address address_at(std::string_view bytes) {
  // Most words are none, and their first bytes say so.
  const std::size_t hex = count(bytes, is_hex, 9);
  if (hex == 8) {
    const std::size_t length = uuid_bytes(bytes);
    return {length, "<uuid>"};
  }
  if (hex > 4 || hex == bytes.size()) return {};
  const char mark = bytes[hex];
  if (mark == '.') {
    if (const std::size_t length = ipv4_bytes(bytes); length > 0) return {length, "<ip>"};
    return {hex == 4 ? mac_bytes(bytes) : 0, "<mac>"};
  }
  if (mark != ':' && mark != '-') return {};
  if (hex == 2) {
    if (const std::size_t length = mac_bytes(bytes); length > 0) return {length, "<mac>"};
  }
  return {mark == ':' ? ipv6_bytes(bytes) : 0, "<ip>"};
}

bool is_ulid(std::string_view word) {
  if (word.size() != 26 || word[0] < '0' || word[0] > '7') return false;
  std::size_t digits = 0;
  for (const char c : word) {
    if (is_digit(c)) {
      ++digits;
      continue;
    }
    const char small = lower(c);
    if (!is_letter(c) || small == 'i' || small == 'l' || small == 'o' || small == 'u') return false;
  }
  return digits >= 2;
}

}  // namespace contend::log_parser
