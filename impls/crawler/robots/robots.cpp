#include "impls/crawler/robots/robots.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "impls/base/ascii.hpp"
#include "impls/crawler/html/charset.hpp"

namespace contend::crawler {
namespace {

// The part of a user-agent line that RFC 9309 compares: "ExampleBot/1.2 (x)" names ExampleBot.
std::string_view product_of(std::string_view value) {
  if (value.starts_with('*')) return "*";
  const auto is_token = [](char c) { return is_letter(c) || c == '-' || c == '_'; };
  return value.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(value, is_token) - value.begin()));
}

// Without its byte order mark.
std::string as_utf8(std::string_view body) {
  const bool utf16 = body.starts_with("\xFF\xFE") || body.starts_with("\xFE\xFF");
  const Charset charset = utf16 ? charset_of_page(body, "") : Charset();
  body = without_byte_order_mark(body);
  auto text = utf16 ? charset.to_utf8(body, [] { return false; }) : std::nullopt;
  return text ? std::move(*text) : std::string(body);
}

// As targets are written: the same encoding of the same bytes. A pattern begins with `/` or `*`.
std::string normal_pattern(std::string_view pattern) {
  std::string out;
  constexpr std::string_view hex = "0123456789ABCDEF";
  const auto is_unreserved = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
  };
  constexpr std::string_view kept = ":/?@!$&'()*+,;=";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    const bool escape =
        c == '%' && i + 2 < pattern.size() && hex_value(pattern[i + 1]) >= 0 && hex_value(pattern[i + 2]) >= 0;
    if (escape) {
      c = static_cast<char>(hex_value(pattern[i + 1]) * 16 + hex_value(pattern[i + 2]));
      i += 2;
    }
    if (is_unreserved(c) || (!escape && kept.find(c) != std::string_view::npos)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

// Piece by piece between the stars, each at its first place.
bool matches(std::string_view pattern, std::string_view target) {
  const bool to_the_end = pattern.ends_with('$');
  if (to_the_end) pattern.remove_suffix(1);
  std::size_t star = std::min(pattern.find('*'), pattern.size());
  if (!target.starts_with(pattern.substr(0, star))) return false;
  target.remove_prefix(star);
  while (star < pattern.size()) {
    pattern.remove_prefix(star + 1);
    star = std::min(pattern.find('*'), pattern.size());
    const std::string_view piece = pattern.substr(0, star);
    if (to_the_end && star == pattern.size()) return target.ends_with(piece);
    // Linear also where a piece nearly fits at every place, which string_view::find is not.
    const void* found = memmem(target.data(), target.size(), piece.data(), piece.size());
    if (found == nullptr) return false;
    target.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - target.data()) + piece.size());
  }
  return !to_the_end || target.empty();
}

}  // namespace

RobotsRules RobotsRules::disallow_all(std::string why) {
  RobotsRules none;
  none.nothing_known_ = std::move(why);
  return none;
}

RobotsRules RobotsRules::parse(std::string_view body, std::string_view product_token, bool cut) {
  const std::string text = as_utf8(body.substr(0, max_robots_bytes));
  cut = cut || body.size() > max_robots_bytes;
  body = text;
  if (cut) body = body.substr(0, body.find_last_of("\r\n") + 1);

  RobotsRules own;
  RobotsRules of_all;
  bool own_group = false;
  bool named = false;      // the group being read names the product token
  bool general = false;    // it names everybody
  bool in_agents = false;  // the last line was a user-agent: the next one belongs to the same group
  while (!body.empty()) {
    const std::size_t end = std::min(body.find_first_of("\r\n"), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    line = line.substr(0, line.find('#'));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, colon), is_blank);
    const std::string_view value = trimmed(line.substr(colon + 1), is_blank);
    if (equal_ignoring_case(key, "user-agent")) {
      if (!in_agents) named = general = false;
      in_agents = true;
      const std::string_view product = product_of(value);
      if (product == "*") general = true;
      if (std::ranges::equal(product, product_token, {}, lower, lower)) named = own_group = true;
      continue;
    }
    const bool allow = equal_ignoring_case(key, "allow");
    if (!allow && !equal_ignoring_case(key, "disallow")) continue;
    in_agents = false;
    if (!value.starts_with('/') && !value.starts_with('*')) continue;  // also the empty one, which forbids nothing
    if (named) own.rules_.push_back({normal_pattern(value), allow});
    if (general) of_all.rules_.push_back({normal_pattern(value), allow});
  }
  RobotsRules& rules = own_group ? own : of_all;
  std::ranges::sort(rules.rules_, [](const Rule& a, const Rule& b) {
    return a.pattern.size() != b.pattern.size() ? a.pattern.size() > b.pattern.size() : a.allow > b.allow;
  });
  return rules;
}

std::optional<std::string> RobotsRules::refusal(std::string_view target) const {
  constexpr std::size_t shown_bytes = 200;
  if (target == "/robots.txt") return std::nullopt;
  if (!nothing_known_.empty()) return nothing_known_;
  for (const Rule& rule : rules_) {
    if (!matches(rule.pattern, target)) continue;
    return rule.allow ? std::nullopt : std::optional("Disallow: " + rule.pattern.substr(0, shown_bytes));
  }
  return std::nullopt;
}

}  // namespace contend::crawler
