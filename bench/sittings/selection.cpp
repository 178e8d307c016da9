#include "bench/sittings/selection.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>
#include <utility>

namespace contend {
namespace {

// The filter as Google Benchmark documents it: a search for the expression, or for its absence after a minus; "all" and
// nothing mean everything.
std::function<bool(const std::string&)> compile_filter(std::string text) {
  const bool absence = text.starts_with('-');
  if (absence) text.erase(0, 1);
  if (text == "all") text.clear();
  try {
    return [absence, expression = std::regex(text)](const std::string& name) {
      return std::regex_search(name, expression) != absence;
    };
  } catch (const std::regex_error&) {
    throw std::invalid_argument("--benchmark_filter is not a regular expression.");
  }
}

}  // namespace

std::vector<int> default_threads(int cores) {
  std::vector<int> counts;
  for (int count = 1; count < cores; count *= 2) counts.push_back(count);
  counts.push_back(cores);
  counts.push_back(2 * cores);
  return counts;
}

int most_threads(int cores) {
  return std::max(16, 4 * cores);
}

Selection::Selection(Asked asked, const std::vector<BenchSystem>& systems)
    : asked_(std::move(asked)), filter_(compile_filter(asked_.filter)) {
  std::size_t most_workloads = 0;
  for (const BenchSystem& system : systems) most_workloads = std::max(most_workloads, system.workloads.size());
  // Every system has its first workload measured before any has its second.
  for (std::size_t rank = 0; rank < most_workloads; ++rank) {
    for (const BenchSystem& system : systems) {
      if (rank >= system.workloads.size()) continue;
      const std::string& workload = system.workloads[rank].name;
      if (!asked_.workload.empty() && asked_.workload != workload) continue;
      std::vector<PanelPlan> group;
      for (const int threads : asked_.threads) {
        const PanelPlan plan{&system, workload, threads};
        if (!matches(plan).empty()) group.push_back(plan);
      }
      if (!group.empty()) groups_.push_back(std::move(group));
    }
  }
}

bool Selection::is_wanted(const BenchSystem& system, const BenchSystem::Implementation& implementation) const {
  const auto asked_for = [&](const std::string& name) { return std::ranges::count(asked_.what, name) > 0; };
  if (asked_for(system.name + "/" + implementation.name)) return true;
  if (implementation.is_peer && !asked_.peers) return false;
  return asked_.what.empty() || asked_for(system.name);
}

std::vector<std::string> Selection::matches(const PanelPlan& plan) const {
  std::vector<std::string> names;
  for (const auto& implementation : plan.system->implementations) {
    const bool wanted =
        is_wanted(*plan.system, implementation) && plan.system->suits(implementation.name, plan.workload);
    if (wanted && filter_(trial_name(plan, implementation.name))) names.push_back(implementation.name);
  }
  return names;
}

std::vector<PanelPlan> Selection::plans() const {
  std::vector<PanelPlan> all;
  for (const std::vector<PanelPlan>& group : groups_) all.insert(all.end(), group.begin(), group.end());
  return all;
}

std::vector<std::string> Selection::trial_names() const {
  std::vector<std::string> names;
  for (const PanelPlan& plan : plans()) {
    for (const std::string& implementation : matches(plan)) names.push_back(trial_name(plan, implementation));
  }
  return names;
}

std::vector<std::string> Selection::implementations_of(const PanelPlan& plan) const {
  std::vector<std::string> chosen{noop_name, "reference", again_name};
  for (const int percent : asked_.slowed) chosen.push_back(slowed_name(percent));
  const auto& designs = plan.system->implementations;
  const bool has_one_lock =
      std::ranges::find(designs, one_lock_name, &BenchSystem::Implementation::name) != designs.end();
  if (has_one_lock && plan.system->suits(one_lock_name, plan.workload)) chosen.emplace_back(one_lock_name);
  for (const std::string& name : matches(plan)) {
    if (name != "reference" && name != one_lock_name) chosen.push_back(name);
  }
  return chosen;
}

}  // namespace contend
