#include "stress/hunt/explore/portfolio.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace contend::hunt {
namespace {

constexpr std::array<std::pair<std::string_view, Strategy>, 7> without_depth{{
    {"round_robin", Strategy::round_robin},
    {"random_walk", Strategy::random_walk},
    {"sticky_walk", Strategy::sticky_walk},
    {"pos", Strategy::pos},
    {"surw", Strategy::surw},
    {"steered", Strategy::steered},
    {"guided", Strategy::guided},
}};

}  // namespace

std::string name_of(const NamedStrategy& strategy) {
  if (strategy.strategy == Strategy::pct) return "pct" + std::to_string(strategy.depth);
  for (const auto& [name, value] : without_depth) {
    if (value == strategy.strategy) return std::string(name);
  }
  return "?";
}

bool strategy_named(std::string_view name, NamedStrategy& strategy) {
  for (const auto& [known, value] : without_depth) {
    if (known != name) continue;
    strategy = {value, 0};
    return true;
  }
  if (!name.starts_with("pct")) return false;
  std::uint32_t depth = 0;
  const auto [end, error] = std::from_chars(name.data() + 3, name.data() + name.size(), depth);
  if (error != std::errc() || end != name.data() + name.size() || depth < 2 || depth > 32) return false;
  strategy = {Strategy::pct, depth};
  return true;
}

const std::vector<std::string>& strategy_names() {
  static const std::vector<std::string> names{"random_walk", "sticky_walk", "pct2", "pct3", "pct5", "pos", "surw"};
  return names;
}

std::vector<NamedStrategy> Portfolio::usual() {
  return {{Strategy::random_walk, 0}, {Strategy::pct, 2},  {Strategy::pct, 3}, {Strategy::pos, 0},
          {Strategy::sticky_walk, 0}, {Strategy::surw, 0}, {Strategy::pct, 5}};
}

Portfolio::Portfolio(std::vector<NamedStrategy> members) {
  for (const NamedStrategy& member : members) members_.push_back({.strategy = member});
}

const NamedStrategy& Portfolio::next_turn(std::uint64_t random) {
  const std::size_t turn = turn_++;
  current_ = turn / 2 % members_.size();
  // At first everybody has a turn; then every other one is drawn by merit.
  if (turn < members_.size()) {
    current_ = turn;
  } else if (turn % 2 == 1) {
    double sum = 0;
    for (const Member& member : members_) sum += member.rate;
    double drawn = static_cast<double>(random >> 11) * 0x1.0p-53 * sum;
    for (current_ = 0; current_ + 1 < members_.size(); ++current_) {
      drawn -= members_[current_].rate;
      if (drawn < 0) break;
    }
  }
  return members_[current_].strategy;
}

void Portfolio::rate_turn(std::uint64_t executions, std::uint64_t new_ones, double seconds) {
  if (executions == 0 || seconds <= 0) return;
  constexpr double memory = 0.8;
  constexpr double least = 1;  // nobody is written off
  Member& member = members_[current_];
  const double rate = std::max(least, static_cast<double>(new_ones) / seconds);
  member.rate = member.rated ? memory * member.rate + (1 - memory) * rate : rate;
  member.rated = true;
}

}  // namespace contend::hunt
