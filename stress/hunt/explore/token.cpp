#include "stress/hunt/explore/token.hpp"

#include <algorithm>
#include <charconv>

namespace contend::hunt {
namespace {

constexpr std::string_view decision_letters =
    "rvwf";  // run, (see a) value, wake, fault; in the order of Decision::What

// Reads what a number, a name or a list is made of, up to `end`; false where the text is not that.
template <class Number>
bool read_number(std::string_view& text, Number& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return true;
}

bool skip(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

bool read_decision(std::string_view& text, Decision& decision) {
  if (!read_number(text, decision.thread) || !skip(text, '.') || !read_number(text, decision.ordinal)) return false;
  const std::size_t what = text.empty() ? decision_letters.npos : decision_letters.find(text.front());
  if (what == decision_letters.npos) return false;
  text.remove_prefix(1);
  decision.what = static_cast<Decision::What>(what);
  return read_number(text, decision.value);
}

std::string flags_of(const Token& token) {
  std::string flags;
  if (token.may.weak) flags += 'w';
  if (token.may.spurious) flags += 's';
  if (token.may.time_jumps) flags += 't';
  if (token.failing_allocation != 0) flags += 'a' + std::to_string(token.failing_allocation);
  return flags;
}

bool read_flags(std::string_view flags, Token& token) {
  while (!flags.empty()) {
    if (skip(flags, 'w')) {
      token.may.weak = true;
    } else if (skip(flags, 's')) {
      token.may.spurious = true;
    } else if (skip(flags, 't')) {
      token.may.time_jumps = true;
    } else if (!skip(flags, 'a') || !read_number(flags, token.failing_allocation)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Plan Token::plan() const {
  Plan plan;
  plan.strategy = strategy.strategy;
  plan.depth = strategy.depth;
  plan.seed = seed;
  plan.expected_choices = expected_choices;
  plan.may = may;
  plan.failing_allocation = failing_allocation;
  plan.decisions = decisions.data();
  plan.decision_count = decisions.size();
  return plan;
}

std::string Token::text() const {
  std::string text = scenario + "@" + std::to_string(workload.seed);
  if (workload.largest > 0) text += "<" + std::to_string(workload.largest);
  text += "." + name_of(strategy) + "." + flags_of(*this) + ".";
  if (strategy.strategy != Strategy::guided)
    return text + std::to_string(seed) + "." + std::to_string(expected_choices);
  for (const Decision& decision : decisions) {
    if (text.back() != '.') text += '+';
    text += std::to_string(decision.thread) + "." + std::to_string(decision.ordinal);
    text += decision_letters[static_cast<std::size_t>(decision.what)];
    text += std::to_string(decision.value);
  }
  return text;
}

std::optional<Token> token_from(std::string_view text) {
  Token token;
  const std::size_t at = text.rfind('@');
  if (at == text.npos) return std::nullopt;
  token.scenario = text.substr(0, at);
  text.remove_prefix(at + 1);
  if (!read_number(text, token.workload.seed)) return std::nullopt;
  if (skip(text, '<') && !read_number(text, token.workload.largest)) return std::nullopt;
  if (!skip(text, '.') || !strategy_named(take_until(text, '.'), token.strategy)) return std::nullopt;
  if (!read_flags(take_until(text, '.'), token)) return std::nullopt;
  if (token.strategy.strategy != Strategy::guided) {
    if (!read_number(text, token.seed) || !skip(text, '.') || !read_number(text, token.expected_choices)) {
      return std::nullopt;
    }
  } else {
    while (!text.empty()) {
      if (!token.decisions.empty() && !skip(text, '+')) return std::nullopt;
      if (!read_decision(text, token.decisions.emplace_back())) return std::nullopt;
    }
  }
  if (!text.empty()) return std::nullopt;
  return token;
}

}  // namespace contend::hunt
