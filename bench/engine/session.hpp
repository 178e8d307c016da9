#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "bench/engine/panel.hpp"
#include "bench/engine/summary.hpp"

namespace contend {

struct SessionOptions {
  std::vector<std::string> what;  // systems or system/implementation; all if empty
  std::string workload;           // all if empty
  std::string filter;             // a regular expression over system/implementation/workload/threads:N
  std::vector<int> threads{1, 2, 4};
  std::chrono::milliseconds budget{15 * 60 * 1000};
  int rounds = 12;
  int window_ms = 100;
  std::uint64_t seed = 1;
  nlohmann::json deadlocks;  // what the stress program found about designs that deadlock, for the report; or null
};

// Set by SIGINT: the trial that runs is finished, then the session ends with what it has.
extern std::atomic<bool> session_interrupted;

// One sitting: panels in the order of their rank until the budget is spent. Trials are Google Benchmark runs, one
// iteration each, so that its registry, its filter and its JSON apply; the order of trials and the statistics are ours.
class Session {
 public:
  explicit Session(const SessionOptions& options);

  // What there is to measure after filters; empty: nothing matches.
  const std::vector<PanelPlan>& plans() const { return plans_; }

  void run();

  bool complete() const { return complete_; }
  bool all_valid() const { return all_valid_; }
  const std::vector<Panel>& panels() const { return panels_; }
  // One row per system, by its first panel.
  const std::vector<SummaryRow>& summary() const { return summary_; }
  // Google Benchmark's JSON, with the trials in full, the panels and what they were made of.
  nlohmann::json to_json(const std::vector<std::string>& arguments) const;

 private:
  std::vector<std::string> implementations_of(const PanelPlan& plan) const;
  void run_panel(const PanelPlan& plan);
  const PanelPlan& first_plan(const BenchSystem& system) const;
  void measure_fairness(const BenchSystem& system);
  void check_harness();
  TrialResult measure(const PanelPlan& plan, const std::string& implementation, int round, bool watch_bypass);
  void progress(const std::string& text) const;

  SessionOptions options_;
  std::vector<BenchSystem> systems_;
  std::vector<PanelPlan> plans_;
  std::vector<Panel> panels_;
  std::vector<SummaryRow> summary_;
  nlohmann::json trials_ = nlohmann::json::array();
  nlohmann::json fairness_ = nlohmann::json::array();
  nlohmann::json harness_;
  std::mt19937_64 random_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool complete_ = true;
  bool all_valid_ = true;
};

}  // namespace contend
