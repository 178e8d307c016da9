#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bench/statistics/fairness.hpp"
#include "bench/statistics/panel.hpp"
#include "bench/statistics/summary.hpp"

namespace contend {

struct SessionOptions {
  std::vector<std::string> what;  // systems or system/implementation; all if empty
  std::string workload;           // all if empty
  std::string filter;             // Google Benchmark's, over system/implementation/workload/threads:N
  std::vector<int> threads{1, 2, 4};
  std::chrono::milliseconds budget{15 * 60 * 1000};
  int rounds = 12;
  int window_ms = 100;
  std::uint64_t seed = 1;
  std::string checks;          // the folder of what tests/run and stress/run have found; empty: nothing is known
  std::FILE* tables = stdout;  // where the tables go as they come
};

// Set by SIGINT: the trial that runs is finished, then the session ends with what it has.
extern std::atomic<bool> session_interrupted;

struct TrialRecord {
  PanelPlan plan;
  std::string implementation;
  int round = 0;
  bool fairness = false;  // counted who overtakes whom; else measured throughput
  TrialResult result;
};

// What noop alone costs, and how much faster it is on two threads than on one.
struct HarnessCheck {
  double ns_per_op = 0;
  double scaling = 0;
  Interval interval;
};

// One sitting: panels in the order of their rank until the budget is spent. Trials are Google Benchmark runs; the order
// of trials and the statistics are ours.
class Session {
 public:
  // Throws std::invalid_argument with a sentence where the filter is no regular expression.
  explicit Session(const SessionOptions& options);

  // What there is to measure after all filters; empty if nothing matches.
  const std::vector<PanelPlan>& plans() const { return plans_; }
  // The same, trial by trial: system/implementation/workload/threads:N.
  std::vector<std::string> trial_names() const;

  void run();

  const SessionOptions& options() const { return options_; }
  const std::vector<BenchSystem>& systems() const { return systems_; }
  bool complete() const { return complete_; }
  bool all_valid() const { return all_valid_; }
  const std::vector<TrialRecord>& trials() const { return trials_; }
  const std::vector<Panel>& panels() const { return panels_; }
  const std::vector<FairnessTable>& fairness() const { return fairness_; }
  // One row per system, by its first panel.
  const std::vector<SummaryRow>& summary() const { return summary_; }
  // Nothing if only systems with their own threads were measured, or too many trials went wrong.
  const std::optional<HarnessCheck>& harness() const { return harness_; }

 private:
  bool is_wanted(const BenchSystem& system, const std::string& implementation) const;
  std::vector<std::string> matches(const PanelPlan& plan) const;
  std::vector<std::string> implementations_of(const PanelPlan& plan) const;
  void run_panel(const PanelPlan& plan);
  const PanelPlan& first_plan(const BenchSystem& system) const;
  void measure_fairness(const BenchSystem& system);
  void check_harness();
  TrialResult measure(const PanelPlan& plan, const std::string& implementation, int round, bool watch_bypass);
  void progress(const std::string& text) const;

  SessionOptions options_;
  std::function<bool(const std::string&)> filter_;  // of a trial's name
  std::vector<BenchSystem> systems_;
  std::vector<PanelPlan> plans_;
  CheckRecords records_;
  std::vector<TrialRecord> trials_;
  std::vector<Panel> panels_;
  std::vector<FairnessTable> fairness_;
  std::vector<SummaryRow> summary_;
  std::optional<HarnessCheck> harness_;
  std::mt19937_64 random_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool complete_ = true;
  bool all_valid_ = true;
};

}  // namespace contend
