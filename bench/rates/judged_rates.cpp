#include "bench/rates/judged_rates.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "impls/base/wrapping.hpp"

namespace contend {

bool keeps_limits(const RateFigures& rate, const Limits& limits) {
  if (rate.overloaded() || rate.trials == 0) return false;
  PanelRow row;
  row.p50_ns = rate.times.quantile(0.5);
  row.p99_ns = rate.times.quantile(0.99);
  row.p999_ns = rate.times.quantile(0.999);
  return limits.broken_by(row).empty();
}

const RateFigures* highest_kept(const RatesOfDesign& rates, const Limits& limits) {
  const RateFigures* highest = nullptr;
  for (const RateFigures& rate : rates) {
    if (!keeps_limits(rate, limits)) break;
    highest = &rate;
  }
  return highest;
}

const RateFigures* knee(const RatesOfDesign& rates) {
  std::vector<const RateFigures*> shares;
  for (const RateFigures& rate : rates) {
    if (rate.asked.share > 0) shares.push_back(&rate);
  }
  if (shares.size() < 3 || shares.front()->overloaded()) return nullptr;
  const double lowest_ns = shares.front()->times.quantile(0.99);
  if (lowest_ns <= 0) return nullptr;
  const auto found = std::ranges::find_if(shares, [&](const RateFigures* rate) {
    return rate->overloaded() || rate->times.quantile(0.99) > knee_factor * lowest_ns;
  });
  return found == shares.end() ? nullptr : *found;
}

namespace {

// More rates than these are a search: what came of it is told, not each step.
constexpr std::size_t most_blocks = 10;

struct Row {
  std::string name;
  const RatesOfDesign* rates;
};

// The floor last.
std::vector<Row> rows_of(const Panel& panel) {
  std::vector<Row> rows;
  for (const PanelRow& row : panel.rows) {
    if (!row.rates.empty()) rows.push_back({row.implementation, &row.rates});
  }
  if (!panel.floor_rates.empty()) rows.push_back({noop_name, &panel.floor_rates});
  return rows;
}

std::vector<AskedRate> all_asked(const std::vector<Row>& rows) {
  std::vector<AskedRate> asked;
  for (const Row& row : rows) {
    for (const RateFigures& rate : *row.rates) asked.push_back(rate.asked);
  }
  std::ranges::sort(asked, rate_less);
  const auto again = std::ranges::unique(asked);
  asked.erase(again.begin(), again.end());
  return asked;
}

std::string heading(std::string_view what, std::size_t width) {
  return fmt::format("{}\n{:<{}} {:>7} {:>7} {:>6} {:>6} {:>6}\n", what, "design", width, "rate/s", "served", "p50",
                     "p99", "p99.9");
}

std::string line_of(const std::string& name, std::size_t width, const RateFigures& rate) {
  std::string text = fmt::format("{:<{}} {:>7} ", name, width, short_rate(rate.rate_per_s));
  if (!rate.trouble.empty()) return text + rate.trouble + "\n";
  text += fmt::format("{:>6.1f}%", 100 * rate.served_share());
  if (rate.overloaded()) return text + " overloaded\n";
  return text + fmt::format(" {:>6} {:>6} {:>6}\n", short_time(rate.times.quantile(0.5)),
                            short_time(rate.times.quantile(0.99)), short_time(rate.times.quantile(0.999)));
}

// Every design at one rate, the shortest p99 first.
std::string block_of(const std::vector<Row>& rows, std::size_t width, const AskedRate& asked) {
  std::vector<std::pair<std::string, const RateFigures*>> lines;
  for (const Row& row : rows) {
    const auto found = std::ranges::find(*row.rates, asked, &RateFigures::asked);
    if (found != row.rates->end()) lines.emplace_back(row.name, &*found);
  }
  std::ranges::sort(lines, {}, [](const auto& line) {
    const double p99_ns = line.second->times.quantile(0.99);
    return std::tuple(line.first == noop_name, line.second->overloaded(), p99_ns <= 0, p99_ns, line.first);
  });
  std::string text = heading(asked.share > 0 ? fmt::format("At {} of what each can do", to_string(asked))
                                             : fmt::format("At {}, the same for all", to_string(asked)),
                             width);
  for (const auto& [name, rate] : lines) text += line_of(name, width, *rate);
  return text;
}

std::string told_kept(const std::vector<Row>& rows, std::size_t width, const Limits& keep) {
  std::string text = heading(fmt::format("The highest rate at which {} is kept", keep.text()), width);
  for (const Row& row : rows) {
    const RateFigures* const highest = highest_kept(*row.rates, keep);
    text += highest != nullptr ? line_of(row.name, width, *highest) : fmt::format("{:<{}} none\n", row.name, width);
  }
  return text;
}

std::string told_knees(const std::vector<Row>& rows) {
  std::string names;
  for (const Row& row : rows) {
    const RateFigures* const at_knee = row.name == noop_name ? nullptr : knee(*row.rates);
    if (at_knee == nullptr) continue;
    names += fmt::format("{}{} at {}", names.empty() ? "" : ", ", row.name, to_string(at_knee->asked));
  }
  if (names.empty()) return "";
  return paragraph(
      fmt::format("Knees, where p99 passes {:.0f} times that at the lowest share: {}.", knee_factor, names), 0);
}

}  // namespace

std::string rates_table(const Panel& panel, const Limits& keep) {
  const std::vector<Row> rows = rows_of(panel);
  if (rows.empty()) return "";
  std::size_t width = 6;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  const std::vector<AskedRate> asked = all_asked(rows);
  std::string text =
      fmt::format("\n{} / {}, {} thread{}: response times, from when calls were due\n", panel.plan.system->name,
                  panel.plan.workload, panel.plan.threads, panel.plan.threads == 1 ? "" : "s");
  if (asked.size() <= most_blocks) {
    for (const AskedRate& rate : asked) text += block_of(rows, width, rate);
  }
  if (!keep.empty()) text += told_kept(rows, width, keep);
  if (asked.size() <= most_blocks) text += told_knees(rows);
  return text +
         paragraph("noop is the floor: the same schedule as the reference's, with an operation that does nothing.", 2);
}

}  // namespace contend
