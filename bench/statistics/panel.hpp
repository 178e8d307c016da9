#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/engine/copies.hpp"
#include "bench/engine/time_histogram.hpp"
#include "bench/engine/trial.hpp"
#include "bench/statistics/checks.hpp"
#include "bench/statistics/comparison.hpp"
#include "bench/statistics/limits.hpp"
#include "bench/statistics/rate_figures.hpp"
#include "bench/workload/workload.hpp"

namespace contend {

// All implementations of a system on one workload with one number of threads, compared round by round.
struct PanelPlan {
  const BenchSystem* system = nullptr;
  std::string workload;
  int threads = 1;
};

// system/implementation/workload/threads:N
std::string trial_name(const PanelPlan& plan, const std::string& implementation);

// Where a system has a design of this name, it keeps the best table that others share out under one lock: the second
// yardstick, which tells what they owe to their locks alone.
inline constexpr const char* one_lock_name = "one_lock";

struct PanelRow {
  std::string implementation;
  double operations_per_s = 0;
  std::optional<Interval> interval;
  PairedRatio to_reference;
  PairedRatio to_one_lock;  // of a system that has one_lock; nothing for it itself and the yardsticks
  PairedRatio to_best;      // of the best of the panel to this one; nothing for the best itself and the yardsticks
  double p50_ns = 0;
  double p99_ns = 0;
  double p999_ns = 0;
  double fair_share = 0;
  double bytes_per_entry = 0;
  int more_threads = 0;         // that it started itself, beside the callers
  bool oversubscribed = false;  // callers and these are more than the cores
  double served_share = 0;
  double aborts_per_attempt = 0;
  TimeHistogram times;  // of single calls
  RatesOfDesign rates;
  Checks checks;
  std::string peer;     // "hand-written" or "library"; nothing for a design
  std::string trouble;  // invalid, hung or crashed trials
  std::string breaks;   // the first of the user's limits that it breaks

  // "flat_shards (hand-written)"; of a design its name alone.
  std::string marked() const { return implementation + (peer.empty() ? "" : " (" + peer + ")"); }
  bool may_be_picked() const { return trouble.empty() && breaks.empty() && !is_copy(implementation); }
};

struct Panel {
  PanelPlan plan;
  int sittings = 0;
  int rounds = 0;  // of the reference, in all sittings
  bool oversubscribed = false;
  double noop_per_s = 0;
  TimeHistogram floor;         // of the control's calls: what the clock and the platform take by themselves
  RatesOfDesign floor_rates;   // the control at the same rates
  double least_seen = 0;       // the smallest difference that would have been called, as a median over the designs
  std::vector<PanelRow> rows;  // best first; noop apart
  std::string answer;

  // Whether the second copy of the yardstick was called faster or slower than the first.
  bool false_call() const;
  // For a machine on which none would hold.
  void withdraw_verdicts();
  // Names of the designs that are not yet told from the reference or from the best.
  std::vector<std::string> open() const;
  // The best design that finished its trials and keeps the limits; null if none did.
  const PanelRow* best() const;
};

// What was measured of one panel: by implementation, of each sitting, figures by round. Service times of all rounds stand
// merged beside, and so do response times at given rates.
struct PanelTrials {
  using Rounds = std::map<int, TrialFigures>;
  std::map<std::string, std::vector<Rounds>> sittings;
  std::map<std::string, TimeHistogram> times;
  std::map<std::string, RatesOfDesign> rates;
};

// Three digits that count: "0.123", "1.23", "12.3", "1234".
std::string short_number(double value);

// "870", "4.1u", "12m", "1.5s": a time in at most five characters; "-" for 0, which stands for too few samples.
std::string short_time(double ns);

// Judges what was measured of a panel, of the reference at least. `records` says what else is known of the designs.
Panel judge(const PanelPlan& plan, const PanelTrials& trials, const CheckRecords& records = {},
            const Limits& limits = {});

// A table that fits 80 columns.
std::string to_table(const Panel& panel);

}  // namespace contend
