#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/engine/trial.hpp"
#include "bench/statistics/checks.hpp"
#include "bench/statistics/statistics.hpp"
#include "bench/workload/workload.hpp"

namespace contend {

// All implementations of a system on one workload with one number of threads, compared round by round.
struct PanelPlan {
  const BenchSystem* system = nullptr;
  std::string workload;
  int threads = 1;
};

// The reference runs twice in every round: how far the two results differ is the resolution of this run.
inline constexpr const char* again_name = "reference (again)";

struct PanelRow {
  std::string implementation;
  double operations_per_s = 0;
  std::optional<Interval> interval;
  PairedRatio to_reference;
  double p50_ns = 0;
  double p99_ns = 0;
  double p999_ns = 0;
  double fair_share = 0;
  double bytes_per_entry = 0;
  double served_share = 0;
  double aborts_per_attempt = 0;
  Checks checks;
  std::string trouble;  // invalid, hung or crashed trials
};

struct Panel {
  PanelPlan plan;
  int rounds = 0;
  bool oversubscribed = false;
  double noop_per_s = 0;
  double zone = 0.03;
  std::vector<PanelRow> rows;  // best first; noop apart
  std::string answer;
};

using Trials = std::map<std::string, std::vector<TrialResult>>;  // by implementation, one per round

// Operations per second of each.
std::vector<double> speeds_of(const std::vector<TrialResult>& trials);

// "870", "4.1u", "12m", "1.5s": a time in at most five characters; "-" for 0, which stands for too few samples.
std::string short_time(double ns);

// Judges the trials of a panel. `records` says what else is known of the designs.
Panel judge(const PanelPlan& plan, const Trials& trials, const CheckRecords& records = {});

// A table that fits 100 columns.
std::string to_table(const Panel& panel);

}  // namespace contend
