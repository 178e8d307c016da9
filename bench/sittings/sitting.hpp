#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/rates/asked_rates.hpp"
#include "bench/record/record.hpp"
#include "bench/sittings/selection.hpp"

namespace contend {

struct SittingOptions {
  Asked asked;
  std::chrono::milliseconds budget{0};  // of this sitting
  std::chrono::milliseconds later{0};   // what sittings after it will take; for the time left
  int number = 0;                       // of the sitting, from 0
  int of = 3;                           // sittings in all
  int rounds = 2;                       // of every panel; more where a verdict is open
  bool only_these_rounds = false;       // no more than that
  bool turns = true;                    // of the reference in each trial; the same in all sittings of a run
  int window_ms = 50;
  AskedRates rates;  // at which response times are measured, after every design's speed; may be none
  std::uint64_t seed = 1;
  std::string limits;           // what a design must keep to be picked, see limits.hpp; none if empty
  std::string checks;           // the folder of what tests/run and stress/run have found; empty: nothing is known
  std::FILE* tables = nullptr;  // where the tables go as they come; null: nowhere
};

// Set by SIGINT, SIGTERM and SIGHUP: the trial that runs is finished, then the sitting ends with what it has.
extern std::atomic<bool> sitting_interrupted;

// One execution of the program: panels in the order of their rank until the budget is spent, then more rounds where a
// verdict is open. All numbers of threads of a workload take part in the same rounds. Trials are Google Benchmark runs;
// the order of trials and the statistics are ours.
class Sitting {
 public:
  // `earlier` is what the sittings before it have measured: this one measures the same panels again, and what is decided
  // there gets fewer rounds. Throws std::invalid_argument with a sentence where the filter is no regular expression.
  // `systems` outlive it.
  Sitting(const SittingOptions& options, const std::vector<BenchSystem>& systems, Record earlier = {});

  // `save` is called whenever something is worth keeping.
  void run(const std::function<void(const Record&)>& save);

 private:
  using Clock = std::chrono::steady_clock;
  // A workload with all its numbers of threads, which take part in the same rounds.
  struct Group {
    std::vector<PanelPlan> plans;
    int rounds = 0;      // measured so far
    double round_s = 0;  // how long the dearest round took
  };
  using Entry = std::pair<PanelPlan, std::string>;  // a trial to be made: of which panel, and of which implementation

  bool was_measured(const PanelPlan& plan) const;  // in an earlier sitting
  // How long a trial of the system takes; 0 where none was made.
  double trial_s(const BenchSystem& system) const;
  // By what is known of its own rounds, or of the system's other trials.
  bool fits(const Group& group, int rounds) const;
  bool run_round(Group& group, std::vector<Entry> entries);
  // No more rounds once so much of the budget is left.
  void run_group(Group& group, double until_left_s);
  // Rounds at the rates that were asked for, until so much of the budget is left.
  void run_rates(const Group& group, double until_left_s);
  void run_open_rounds(const std::function<void(const Record&)>& save);
  std::vector<Entry> all_entries(const Group& group, int round) const;
  std::vector<Entry> open_entries(const Group& group) const;
  Panel judged(const PanelPlan& plan, bool with_earlier) const;
  void show(const std::string& text) const;
  void measure_fairness(const BenchSystem& system);
  void check_harness();
  TrialResult measure(const PanelPlan& plan, const std::string& implementation, int round, TrialOptions options = {},
                      bool beside_reference = false);
  void keep(const PanelPlan& plan, const std::string& implementation, int round, TrialKind kind,
            const TrialResult& result);
  double left_s() const;
  void progress(const std::string& text) const;

  SittingOptions options_;
  Selection selection_;
  std::vector<Group> groups_;
  CheckRecords checks_;
  Limits limits_;
  Record earlier_;
  Record record_;
  struct Cost {
    double seconds = 0;
    int trials = 0;
  };
  std::map<std::string, Cost> costs_;  // by system
  std::size_t left_out_ = 0;
  int repeated_ = 0;  // trials that others disturbed
  std::mt19937_64 random_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace contend
