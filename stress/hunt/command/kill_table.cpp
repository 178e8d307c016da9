#include "stress/hunt/command/kill_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace contend::hunt {
namespace {

struct Cell {
  std::size_t campaigns = 0;
  std::vector<std::uint64_t> schedules;  // of those that found
  std::vector<double> seconds;
};

template <class Number>
Number median(std::vector<Number> numbers) {
  if (numbers.empty()) return {};
  std::ranges::sort(numbers);
  return numbers[numbers.size() / 2];
}

Cell measure(const Target& target, HuntOptions options, int campaigns) {
  options.explains = false;
  Cell cell;
  // Campaigns differ in their seeds alone, so each is a hunt of its own.
  for (int campaign = 0; campaign < campaigns; ++campaign) {
    HuntOptions one = options;
    one.campaign.seed = options.campaign.seed + static_cast<std::uint64_t>(campaign);
    run_hunts({&target}, one, [&](const HuntReport& report) {
      ++cell.campaigns;
      if (!report.result.found) return;
      cell.schedules.push_back(report.result.schedules);
      cell.seconds.push_back(report.result.seconds);
    });
  }
  return cell;
}

std::string cell_text(const Cell& cell) {
  if (cell.schedules.empty()) return "-";
  const std::string told = fmt::format("{} {:.2f}", median(cell.schedules), median(cell.seconds));
  return cell.schedules.size() == cell.campaigns ? told
                                                 : fmt::format("{}/{} {}", cell.schedules.size(), cell.campaigns, told);
}

nlohmann::json cell_json(const Cell& cell) {
  return {{"campaigns", cell.campaigns},
          {"found", cell.schedules.size()},
          {"median_schedules", median(cell.schedules)},
          {"median_seconds", median(cell.seconds)},
          {"most_seconds", cell.seconds.empty() ? 0.0 : *std::ranges::max_element(cell.seconds)}};
}

}  // namespace

int print_kill_table(const std::vector<const Target*>& some, const HuntOptions& options, int campaigns,
                     const std::string& json_file) {
  std::vector<std::pair<std::string, std::vector<NamedStrategy>>> columns;
  if (options.strategies_named && options.campaign.strategies.size() > 1) {
    for (const NamedStrategy& strategy : options.campaign.strategies)
      columns.push_back({name_of(strategy), {strategy}});
  }
  columns.push_back({"portfolio", options.campaign.strategies});
  fmt::print(
      "Median schedules and seconds until found, of {} campaigns; found/campaigns where not all found it; -: "
      "none.\n{:<48}",
      campaigns, "");
  for (const auto& [name, members] : columns) fmt::print(" {:>14}", name);
  fmt::print("\n");
  nlohmann::json rows = nlohmann::json::array();
  std::size_t missed = 0;
  for (const Target* target : some) {
    fmt::print("{:<48}", target->scenario.name);
    nlohmann::json row = {{"target", target->scenario.name}};
    for (const auto& [name, members] : columns) {
      HuntOptions own = options;
      own.campaign.strategies = members;
      const Cell cell = measure(*target, own, campaigns);
      row[name] = cell_json(cell);
      fmt::print(" {:>14}", cell_text(cell));
      std::fflush(stdout);
      if (name == "portfolio" && cell.schedules.size() < cell.campaigns) ++missed;
    }
    fmt::print("\n");
    rows.push_back(std::move(row));
  }
  fmt::print("{} of {} found by every campaign of the portfolio\n", some.size() - missed, some.size());
  if (!json_file.empty()) std::ofstream(json_file) << rows.dump(1) << "\n";
  return missed == 0 ? 0 : 1;
}

}  // namespace contend::hunt
