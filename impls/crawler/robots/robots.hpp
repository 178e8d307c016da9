#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contend::crawler {

// What a robots.txt says to one crawler, by RFC 9309.
//
// The groups whose user-agent is the product token (ignoring case) count together; without one those of `*`; without
// any, all is allowed. The rule with the longest pattern that matches wins, allow before disallow; no match is allowed.
// `*` stands for any bytes and `$` at the end of a pattern for the end. Patterns and targets are compared in normal
// form (%XX in upper case, unreserved bytes decoded, others encoded). Only the first max_robots_bytes are read, up to
// the last whole line; a byte order mark and lines that are no rule are skipped. A mark of UTF-16 is believed. Memory: up
// to about 3 times the bytes that are read, and 40 for each rule.
class RobotsRules {
 public:
  // `cut`: there was more, so that the last line may not be whole.
  static RobotsRules parse(std::string_view body, std::string_view product_token, bool cut = false);
  // What an answer without rules means: 4xx allows all, 5xx, what cannot be read, and no answer at all allow nothing.
  static RobotsRules allow_all() { return {}; }
  static RobotsRules disallow_all(std::string why);

  // `target` is path and query in normal form. O(bytes of the rules + rules * length), whatever the patterns.
  bool allows(std::string_view target) const { return !refusal(target); }
  // Why it may not be fetched, for people; nullopt: it may.
  std::optional<std::string> refusal(std::string_view target) const;

 private:
  struct Rule {
    std::string pattern;
    bool allow = false;
  };
  std::vector<Rule> rules_;    // longest pattern first, of equal ones allow first
  std::string nothing_known_;  // why nothing is allowed, where no rule says so
};

inline constexpr std::size_t max_robots_bytes = 500 * 1024;

}  // namespace contend::crawler
