#include "bench/statistics/limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "bench/statistics/panel.hpp"
#include "impls/base/nearest.hpp"

namespace contend {
namespace {

using Units = std::map<std::string, double, std::less<>>;
const Units times{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
const Units sizes{{"B", 1}, {"", 1}, {"k", 1024}, {"M", 1024.0 * 1024}};
const Units parts{{"", 1}};
const Units percents{{"%", 0.01}};
const Units rates{{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}};

struct Figure {
  const Units* units;
  double PanelRow::* of;
};
const std::map<std::string, Figure, std::less<>>& figures_with_limits() {
  static const std::map<std::string, Figure, std::less<>> all{{"p50", {&times, &PanelRow::p50_ns}},
                                                              {"p99", {&times, &PanelRow::p99_ns}},
                                                              {"p99.9", {&times, &PanelRow::p999_ns}},
                                                              {"memory", {&sizes, &PanelRow::bytes_per_entry}},
                                                              {"share", {&parts, &PanelRow::fair_share}},
                                                              {"served", {&percents, &PanelRow::served_share}},
                                                              {"speed", {&rates, &PanelRow::operations_per_s}}};
  return all;
}

std::string told(std::string_view figure, double value) {
  if (value <= 0) return "not measured";
  if (figure.starts_with('p')) return short_time(value);
  if (figure == "served") return fmt::format("{:.1f} %", 100 * value);
  if (figure == "share") return fmt::format("{:.2f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace

Limits::Limit Limits::parse(std::string_view text) {
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string_view::npos) {
    throw std::invalid_argument(fmt::format("the limit '{}' has neither < nor >; write p99<1ms, say.", text));
  }
  const std::string_view name = text.substr(0, sign);
  const auto figure = figures_with_limits().find(name);
  if (figure == figures_with_limits().end()) {
    std::vector<std::string> names;
    for (const auto& [known, of] : figures_with_limits()) names.push_back(known);
    throw std::invalid_argument(
        fmt::format("no figure is called '{}'; did you mean '{}'?", name, nearest_name(name, names)));
  }
  const std::string value(text.substr(sign + 1));
  std::size_t used = 0;
  double number = 0;
  try {
    number = std::stod(value, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const Units& units = *figure->second.units;
  const auto unit = units.find(value.substr(used));
  if (used == 0 || unit == units.end() || !std::isfinite(number) || number < 0) {
    std::string known;
    for (const auto& [each, times_one] : units) known += (known.empty() ? "" : ", ") + (each.empty() ? "none" : each);
    throw std::invalid_argument(
        fmt::format("'{}' is no limit of {}: a number with one of these units: {}.", value, name, known));
  }
  return {std::string(name), text[sign] == '<', number * unit->second, std::string(text)};
}

Limits::Limits(std::string_view text) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    limits_.push_back(parse(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

bool Limits::only_times() const {
  return std::ranges::all_of(limits_, [](const Limit& limit) { return limit.figure.starts_with('p'); });
}

std::string Limits::text() const {
  std::string all;
  for (const Limit& limit : limits_) all += (all.empty() ? "" : ",") + limit.text;
  return all;
}

std::string Limits::broken_by(const PanelRow& row) const {
  for (const Limit& limit : limits_) {
    const double value = row.*figures_with_limits().at(limit.figure).of;
    const bool keeps = value > 0 && (limit.below ? value < limit.value : value > limit.value);
    if (!keeps) return fmt::format("{}: {}", limit.text, told(limit.figure, value));
  }
  return "";
}

}  // namespace contend
