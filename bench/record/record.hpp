#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bench/engine/time_histogram.hpp"
#include "bench/engine/trial.hpp"
#include "bench/statistics/fairness.hpp"
#include "bench/statistics/panel.hpp"
#include "bench/statistics/rate_figures.hpp"
#include "bench/statistics/summary.hpp"

namespace contend {

// What a trial was for: how fast, who overtakes whom, or how late at a given rate.
enum class TrialKind { throughput, fairness, rate };
BOOST_DESCRIBE_ENUM(TrialKind, throughput, fairness, rate)

struct TrialRecord {
  PanelPlan plan;
  std::string implementation;
  int sitting = 0;
  int round = 0;
  TrialKind kind = TrialKind::throughput;
  TrialFigures figures;
};

// What noop alone costs, and how much faster it is on two threads than on one.
struct HarnessCheck {
  double ns_per_op = 0;
  double scaling = 0;
  Interval interval;
};

struct SittingRecord {
  std::uint64_t seed = 0;
  std::string began;  // date and time, UTC
  double seconds = 0;
  bool complete = true;  // nobody interrupted it
};

// Everything that one or several sittings have measured, before anybody judges it. Grows by about 700 bytes a trial and
// 10 kB a design and panel, and each rate of it.
struct Record {
  std::vector<SittingRecord> sittings;
  std::vector<TrialRecord> trials;
  using Row = std::tuple<std::string, std::string, int, std::string>;  // system, workload, threads, design
  std::map<Row, TimeHistogram> times;
  std::map<Row, RatesOfDesign> rates;
  std::vector<FairnessTable> fairness;
  std::optional<HarnessCheck> harness;

  // Adds the sittings of `other` after the own ones. Who waits for whom, and the harness, are kept as they were first.
  void append(const Record& other);
  bool complete() const;
  bool all_valid() const;
  // The part of all trials in which other processes, or the hypervisor, took more than a bit of the machine.
  double disturbed_share() const;
  // From here on there are no verdicts.
  bool is_busy() const { return disturbed_share() > 0.25; }
};

// The panel's own trials; of those that measured fairness or rates, only what the rates came to.
PanelTrials trials_of(const Record& record, const PanelPlan& plan);
// Adds those of `record`, whose sittings came after those that are there, `before` of them.
void add_trials(const Record& record, const PanelPlan& plan, std::size_t before, PanelTrials& trials);

// What a record says: panels in the order of their measuring, a system's first one summed up.
struct Findings {
  struct Seen {
    int called = 0;
    int panels = 0;
  };
  std::vector<Panel> panels;
  std::vector<SummaryRow> summary;
  int judged_again = 0;  // how often the yardstick was judged against itself
  int false_calls = 0;
  std::map<int, Seen> slowed;  // by percent: how often a copy of the yardstick that is so much slower was called so
};
Findings judge(const Record& record, const CheckRecords& checks, const Limits& limits = {});

// How the control fared, and what this run could have seen; how busy the machine was. Ends with a newline.
std::string told_trust(const Record& record, const Findings& findings);

}  // namespace contend
