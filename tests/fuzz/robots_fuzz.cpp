// A robots.txt, against a reading of RFC 9309 that is plain and slow.

#include <algorithm>
#include <cctype>

#include "impls/crawler/robots/robots.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::crawler {
namespace {

bool matches(std::string_view pattern, std::string_view target) {
  if (pattern.empty()) return true;
  if (pattern == "$") return target.empty();
  if (pattern.front() == '*') {
    for (std::size_t skipped = 0; skipped <= target.size(); ++skipped) {
      if (matches(pattern.substr(1), target.substr(skipped))) return true;
    }
    return false;
  }
  return !target.empty() && pattern.front() == target.front() && matches(pattern.substr(1), target.substr(1));
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char byte) { return byte == ' ' || byte == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(), [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return copy;
}

constexpr std::string_view token_bytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

// Groups are user-agent lines that follow each other, and the rules behind them.
class PlainRules {
 public:
  explicit PlainRules(std::string_view body) {
    while (!body.empty()) {
      const std::size_t end = std::min(body.find('\n'), body.size());
      add(body.substr(0, end));
      body.remove_prefix(std::min(end + 1, body.size()));
    }
  }

  bool allows(std::string_view target) const {
    if (target == "/robots.txt") return true;
    const std::vector<Rule>& rules = named_ ? ours_ : all_;
    const Rule* best = nullptr;
    for (const Rule& rule : rules) {
      if (!matches(rule.pattern, target)) continue;
      const bool longer = best == nullptr || rule.pattern.size() > best->pattern.size();
      if (longer || (rule.pattern.size() == best->pattern.size() && rule.allow)) best = &rule;
    }
    return best == nullptr || best->allow;
  }

 private:
  struct Rule {
    std::string pattern;
    bool allow;
  };

  void add(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string name = lower(trimmed(line.substr(0, colon)));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "user-agent") {
      if (!in_names_) for_us_ = for_all_ = false;
      in_names_ = true;
      const std::string product = lower(value.substr(0, value.find_first_not_of(token_bytes)));
      for_us_ |= product == "contend";
      for_all_ |= value.starts_with('*');
      named_ |= for_us_;
    } else if (name == "allow" || name == "disallow") {
      in_names_ = false;
      if (!value.starts_with('/') && !value.starts_with('*')) return;
      if (for_us_) ours_.push_back({std::string(value), name == "allow"});
      if (for_all_) all_.push_back({std::string(value), name == "allow"});
    }
  }

  bool in_names_ = false;
  bool for_us_ = false;
  bool for_all_ = false;
  bool named_ = false;  // some group is ours
  std::vector<Rule> ours_;
  std::vector<Rule> all_;
};

// What the plain reading does not know: encoded bytes, other ends of lines, and patterns that take it too long.
bool is_plain(std::string_view body) {
  const auto stars = std::ranges::count(body, '*');
  return body.size() < 512 && stars <= 6 &&
         std::ranges::all_of(
             body,
             [](char byte) {
               return byte == '\n' || (byte >= ' ' && byte < 0x7F && byte != '%' && byte != '"' && byte != '<' &&
                                       byte != '>' && byte != '\\' && byte != '^' && byte != '`' && byte != '{' &&
                                       byte != '|' && byte != '}' && byte != '[' && byte != ']' && byte != '\'');
             });
}

void run(std::string_view bytes) {
  FuzzBytes draws(bytes);
  const std::string target = "/" + std::string(draws.take(draws.byte() % 16));
  const std::string_view body = draws.rest();
  const RobotsRules rules = RobotsRules::parse(body, "contend");
  const bool allowed = rules.allows(target);
  const bool target_is_plain = std::ranges::all_of(target, [](char byte) {
    return byte == '/' || byte == '.' || byte == '?' || std::isalnum(static_cast<unsigned char>(byte)) != 0;
  });
  if (!is_plain(body) || !target_is_plain) return;
  require(allowed == PlainRules(body).allows(target), "another answer for " + target);
}

const bool registered = register_fuzz_target("robots", run);

}  // namespace
}  // namespace contend::crawler
