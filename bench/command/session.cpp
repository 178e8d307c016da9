#include "bench/command/session.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <stdexcept>

#include "bench/command/google_benchmark.hpp"
#include "bench/engine/machine.hpp"

namespace contend {

std::atomic<bool> session_interrupted{false};

namespace {

std::string trial_name(const PanelPlan& plan, const std::string& implementation) {
  return fmt::format("{}/{}/{}/threads:{}", plan.system->name, implementation, plan.workload, plan.threads);
}

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

void clear_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
}

}  // namespace

Session::Session(const SessionOptions& options)
    : options_(options),
      filter_(compile_filter(options.filter)),
      systems_(bench_systems()),
      records_(options.checks),
      random_(options.seed) {
  std::size_t most_workloads = 0;
  for (const BenchSystem& system : systems_) most_workloads = std::max(most_workloads, system.workloads.size());
  // Every system has a workload measured with two threads before any has its second.
  std::vector<int> thread_order = options_.threads;
  if (const auto two = std::ranges::find(thread_order, 2); two != thread_order.end()) {
    std::rotate(thread_order.begin(), two, two + 1);
  }
  for (std::size_t rank = 0; rank < most_workloads; ++rank) {
    for (const int threads : thread_order) {
      for (const BenchSystem& system : systems_) {
        if (rank >= system.workloads.size()) continue;
        const std::string& workload = system.workloads[rank].name;
        if (!options_.workload.empty() && options_.workload != workload) continue;
        const PanelPlan plan{&system, workload, threads};
        if (!matches(plan).empty()) plans_.push_back(plan);
      }
    }
  }
}

bool Session::is_wanted(const BenchSystem& system, const std::string& implementation) const {
  const auto asked_for = [&](const std::string& name) { return std::ranges::count(options_.what, name) > 0; };
  return options_.what.empty() || asked_for(system.name) || asked_for(system.name + "/" + implementation);
}

std::vector<std::string> Session::matches(const PanelPlan& plan) const {
  std::vector<std::string> names;
  for (const auto& implementation : plan.system->implementations) {
    const bool wanted = is_wanted(*plan.system, implementation.name);
    if (wanted && filter_(trial_name(plan, implementation.name))) names.push_back(implementation.name);
  }
  return names;
}

std::vector<std::string> Session::trial_names() const {
  std::vector<std::string> names;
  for (const PanelPlan& plan : plans_) {
    for (const std::string& implementation : matches(plan)) names.push_back(trial_name(plan, implementation));
  }
  return names;
}

// The control and the yardstick, twice, whatever was asked for; then what was.
std::vector<std::string> Session::implementations_of(const PanelPlan& plan) const {
  std::vector<std::string> chosen{noop_name, "reference", again_name};
  for (const std::string& name : matches(plan)) {
    if (name != "reference") chosen.push_back(name);
  }
  return chosen;
}

void Session::progress(const std::string& text) const {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  const double left_s = std::chrono::duration<double>(options_.budget - elapsed).count();
  if (isatty(STDERR_FILENO) != 0) {
    fmt::print(stderr, "\r\033[K{} (at most {:.0f} s left)", text, std::max(left_s, 0.0));
  }
}

TrialResult Session::measure(const PanelPlan& plan, const std::string& implementation, int round, bool watch_bypass) {
  const std::string name = trial_name(plan, implementation);
  const std::string real_name = implementation == again_name ? "reference" : implementation;
  progress(fmt::format("{} round {}", name, round + 1));
  plan.system->before_trials(plan.workload);
  const TrialOptions options{.threads = plan.threads,
                             .window_ms = options_.window_ms,
                             .seed = options_.seed + static_cast<std::uint64_t>(round),
                             .watch_bypass = watch_bypass,
                             .control = real_name == noop_name,
                             .own_threads = plan.system->traits.owns_threads};
  TrialResult result;
  run_benchmark(name, [&] {
    // A trial that others disturbed is repeated, a bounded number of times, and flagged if that did not help.
    for (int attempt = 0; attempt < 3; ++attempt) {
      result = run_trial([&] { return plan.system->prepare(real_name, plan.workload, plan.threads); }, options);
      if (!result.disturbed() || result.status != TrialStatus::ok || session_interrupted) break;
    }
    return MeasuredRun{result.window_s, result.operations};
  });
  trials_.push_back({plan, implementation, round, watch_bypass, result});
  if (result.status != TrialStatus::ok) all_valid_ = false;
  return result;
}

void Session::run_panel(const PanelPlan& plan) {
  std::vector<std::string> order = implementations_of(plan);
  Trials trials;
  for (int round = 0; round < options_.rounds && !session_interrupted; ++round) {
    std::ranges::shuffle(order, random_);
    Trials of_round;
    for (const std::string& name : order) {
      if (session_interrupted) break;
      of_round[name].push_back(measure(plan, name, round, false));
    }
    if (of_round.size() < order.size()) break;  // a round that was cut short cannot be paired
    for (auto& [name, results] : of_round) trials[name].push_back(results.front());
  }
  if (trials.empty()) return;
  panels_.push_back(judge(plan, trials, records_));
  if (&plan == &first_plan(*plan.system)) summary_.push_back(summarize(panels_.back(), trials));
  clear_progress();
  fmt::print(options_.tables, "{}", to_table(panels_.back()));
  std::fflush(options_.tables);
}

const PanelPlan& Session::first_plan(const BenchSystem& system) const {
  return *std::ranges::find(plans_, &system, &PanelPlan::system);
}

// Who gets how much where all callers want the same few entries, and what that costs. It is about callers, so systems
// with threads of their own are left out.
void Session::measure_fairness(const BenchSystem& system) {
  const auto contended = std::ranges::find(system.workloads, true, &BenchSystem::NamedWorkload::contended);
  const PanelPlan plan{&system, contended == system.workloads.end() ? system.workloads.front().name : contended->name,
                       2};
  if (matches(plan).empty()) return;
  FairnessTable table{&system, plan.workload, plan.threads, {}};
  for (const std::string& name : implementations_of(plan)) {
    if (session_interrupted) return;
    if (name == again_name) continue;
    std::vector<TrialResult> plain;
    std::uint64_t longest = 0;
    for (int round = 0; round < 3; ++round) {
      plain.push_back(measure(plan, name, round, false));
      longest = std::max(longest, measure(plan, name, round, true).longest_wait_calls);
    }
    table.rows.push_back(judge_fairness(name, plain, longest));
  }
  fairness_.push_back(std::move(table));
  clear_progress();
  fmt::print(options_.tables, "{}", to_table(fairness_.back()));
}

// The harness alone, on one thread and on two: what it costs, and that its threads do not slow each other down.
void Session::check_harness() {
  const auto called =
      std::ranges::find(plans_, false, [](const PanelPlan& plan) { return plan.system->traits.owns_threads; });
  if (called == plans_.end()) return;
  const PanelPlan one{called->system, called->workload, 1};
  const PanelPlan two{one.system, one.workload, 2};
  std::vector<double> speeds_of_one;
  std::vector<double> speeds_of_two;
  for (int round = 0; round < 8 && !session_interrupted; ++round) {
    speeds_of_one.push_back(measure(one, noop_name, round, false).operations_per_s());
    speeds_of_two.push_back(measure(two, noop_name, round, false).operations_per_s());
  }
  if (session_interrupted || allowed_cpus().size() < 2) return;
  const PairedRatio scaling = compare_paired(speeds_of_two, speeds_of_one, 0);
  if (!scaling.interval) return;  // too many trials went wrong: all_valid() says so
  harness_ = {1e9 / median(speeds_of_one), scaling.ratio, *scaling.interval};
  clear_progress();
  fmt::print(options_.tables,
             "The harness itself: {:.1f} ns an operation, and {:.2f} times as fast on two threads [{:.2f}, {:.2f}]\n",
             harness_->ns_per_op, scaling.ratio, scaling.interval->low, scaling.interval->high);
  if (scaling.interval->high < 1.9) {
    fmt::print(options_.tables,
               "  It does not scale: the two CPUs share something, or other processes are using them. Read the figures "
               "with that in mind.\n");
  }
}

void Session::run() {
  using Seconds = std::chrono::duration<double>;
  const auto spent = [&] { return std::chrono::steady_clock::now() - start_; };
  check_harness();
  double dearest_s = 0;
  std::size_t left_out = 0;
  for (const PanelPlan& plan : plans_) {
    if (session_interrupted) break;
    if (!panels_.empty() && Seconds(options_.budget - spent()).count() < dearest_s) {
      ++left_out;
      continue;
    }
    const auto before = spent();
    run_panel(plan);
    dearest_s = std::max(dearest_s, Seconds(spent() - before).count());
    // After a system's first panel, so that a short budget includes it.
    if (&plan == &first_plan(*plan.system) && !plan.system->traits.owns_threads && !session_interrupted &&
        Seconds(options_.budget - spent()).count() > dearest_s) {
      measure_fairness(*plan.system);
    }
  }
  complete_ = !session_interrupted;
  if (left_out > 0) {
    fmt::print(options_.tables, "\n{} of {} panels were left out by the budget; --budget gives more time.\n", left_out,
               plans_.size());
  }
}

}  // namespace contend
