#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/statistics/panel.hpp"

namespace contend {

// How many threads are measured where nobody says it: 1, 2, 4 and so on up to the cores, and twice as many as there are.
std::vector<int> default_threads(int cores);
// The most that may be asked for: four times the cores, and 16 at least.
int most_threads(int cores);

// What of all systems is to be measured.
struct Asked {
  std::vector<std::string> what;  // systems or system/implementation; all if empty
  bool peers = false;             // also those that nobody names
  std::string workload;           // all if empty
  std::string filter;             // Google Benchmark's, over system/implementation/workload/threads:N
  std::vector<int> threads;
  std::vector<int> slowed;  // percents by which copies of the reference are slowed; see copies.hpp
};

// What that comes to.
class Selection {
 public:
  // `systems` outlive it. Throws std::invalid_argument with a sentence where the filter is no regular expression.
  Selection(Asked asked, const std::vector<BenchSystem>& systems);

  // Workloads in the order in which a budget is spent, each with its numbers of threads; empty if nothing matches.
  const std::vector<std::vector<PanelPlan>>& groups() const { return groups_; }
  std::vector<PanelPlan> plans() const;
  // Trial by trial: system/implementation/workload/threads:N.
  std::vector<std::string> trial_names() const;

  // The designs of a panel that were asked for.
  std::vector<std::string> matches(const PanelPlan& plan) const;
  // The control, the yardstick with its copies and the second yardstick, whatever was asked for; then what was.
  std::vector<std::string> implementations_of(const PanelPlan& plan) const;

 private:
  bool is_wanted(const BenchSystem& system, const BenchSystem::Implementation& implementation) const;

  Asked asked_;
  std::function<bool(const std::string&)> filter_;  // of a trial's name
  std::vector<std::vector<PanelPlan>> groups_;
};

}  // namespace contend
