#include "bench/sittings/sitting.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

#include "bench/engine/google_benchmark.hpp"
#include "bench/engine/machine.hpp"
#include "bench/rates/judged_rates.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {

std::atomic<bool> sitting_interrupted{false};

namespace {

void clear_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
}

// A round of decided designs more would tell nobody anything.
constexpr int rounds_where_decided = 2;
// Nor would more than so many of one sitting: what is still open then lies between sittings, or is a tie.
constexpr int most_rounds = 200;

}  // namespace

Sitting::Sitting(const SittingOptions& options, const std::vector<BenchSystem>& systems, Record earlier)
    : options_(options),
      selection_(options.asked, systems),
      checks_(options.checks),
      limits_(options.limits),
      earlier_(std::move(earlier)),
      random_(options.seed) {
  record_.sittings = {
      {.seed = options.seed, .began = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
  for (const std::vector<PanelPlan>& plans : selection_.groups()) {
    if (earlier_.sittings.empty() || was_measured(plans.front())) groups_.push_back({.plans = plans});
  }
}

bool Sitting::was_measured(const PanelPlan& plan) const {
  return std::ranges::any_of(earlier_.trials, [&](const TrialRecord& trial) {
    return trial.kind == TrialKind::throughput && trial.implementation == "reference" &&
           trial.plan.system == plan.system && trial.plan.workload == plan.workload;
  });
}

double Sitting::left_s() const {
  return std::chrono::duration<double>(options_.budget - (Clock::now() - start_)).count();
}

void Sitting::progress(const std::string& text) const {
  if (isatty(STDERR_FILENO) == 0) return;
  const double left = std::max(left_s(), 0.0) + std::chrono::duration<double>(options_.later).count();
  fmt::print(stderr, "\r\033[K{} (sitting {} of {}, at most {:.0f} s left)", text, options_.number + 1, options_.of,
             left);
}

void Sitting::show(const std::string& text) const {
  if (options_.tables == nullptr) return;
  clear_progress();
  fmt::print(options_.tables, "{}", text);
  std::fflush(options_.tables);
}

TrialResult Sitting::measure(const PanelPlan& plan, const std::string& implementation, int round, TrialOptions options,
                             bool beside_reference) {
  const std::string name = trial_name(plan, implementation);
  const std::string real_name = is_copy(implementation) ? "reference" : implementation;
  progress(fmt::format("{} round {}", name, round + 1));
  const auto before = Clock::now();
  plan.system->before_trials(plan.workload);
  options.threads = plan.threads;
  if (options.rate_per_s == 0) options.window_ms = options_.window_ms;
  options.seed = options_.seed + static_cast<std::uint64_t>(round);
  options.control = real_name == noop_name;
  options.own_threads = plan.system->traits.owns_threads;
  options.slowed_by = slowed_percent(implementation).value_or(0) / 100.0;
  options.reference_first = round % 2 == 1;
  PrepareSubject reference;
  if (beside_reference) reference = [&] { return plan.system->prepare("reference", plan.workload, plan.threads); };
  TrialResult result;
  run_benchmark(name, [&] {
    // A trial that others disturbed is repeated, unless many are: then it is the machine, and every trial says so.
    for (int attempt = 0; attempt < 3; ++attempt) {
      result =
          run_trial([&] { return plan.system->prepare(real_name, plan.workload, plan.threads); }, options, reference);
      const bool may_repeat = repeated_ < 2 + static_cast<int>(record_.trials.size()) / 10;
      if (!result.disturbed() || result.status != TrialStatus::ok || sitting_interrupted || !may_repeat) break;
      ++repeated_;
    }
    return MeasuredRun{result.window_s, result.operations};
  });
  if (options.rate_per_s > 0) return result;  // they take longer, by their rate
  Cost& cost = costs_[plan.system->name];
  cost.seconds += std::chrono::duration<double>(Clock::now() - before).count();
  ++cost.trials;
  return result;
}

void Sitting::keep(const PanelPlan& plan, const std::string& implementation, int round, TrialKind kind,
                   const TrialResult& result) {
  record_.trials.push_back({plan, implementation, 0, round, kind, result});
  if (kind == TrialKind::throughput)
    record_.times[{plan.system->name, plan.workload, plan.threads, implementation}].merge(result.times);
}

double Sitting::trial_s(const BenchSystem& system) const {
  const auto known = costs_.find(system.name);
  return known == costs_.end() ? 0 : known->second.seconds / known->second.trials;
}

bool Sitting::fits(const Group& group, int rounds) const {
  double round_s = group.round_s;
  if (round_s == 0) {
    for (const PanelPlan& plan : group.plans) {
      round_s += trial_s(*plan.system) * static_cast<double>(selection_.implementations_of(plan).size());
    }
  }
  return left_s() >= round_s * rounds;
}

std::vector<Sitting::Entry> Sitting::all_entries(const Group& group, int round) const {
  std::vector<Entry> entries;
  const bool all = options_.only_these_rounds || earlier_.sittings.empty() || round < rounds_where_decided;
  for (const PanelPlan& plan : group.plans) {
    const std::vector<std::string> open = all ? std::vector<std::string>() : judged(plan, true).open();
    for (const std::string& name : selection_.implementations_of(plan)) {
      if (all || is_yardstick(name) || std::ranges::count(open, name) > 0) entries.emplace_back(plan, name);
    }
  }
  return entries;
}

std::vector<Sitting::Entry> Sitting::open_entries(const Group& group) const {
  std::vector<Entry> entries;
  for (const PanelPlan& plan : group.plans) {
    const std::vector<std::string> open = judged(plan, true).open();
    if (open.empty()) continue;
    entries.emplace_back(plan, "reference");
    entries.emplace_back(plan, again_name);
    for (const std::string& name : open) entries.emplace_back(plan, name);
  }
  return entries;
}

// False where the budget, or somebody, ended it: a round that was cut short cannot be paired, and is not kept.
bool Sitting::run_round(Group& group, std::vector<Entry> entries) {
  const auto before = Clock::now();
  // A budget of less than a few seconds still gives something.
  const double budget_s = std::chrono::duration<double>(options_.budget).count();
  const double grace_s = record_.times.empty() ? std::max(0.1 * budget_s, 5 - budget_s) : 0.1 * budget_s;
  std::ranges::shuffle(entries, random_);
  std::vector<std::pair<Entry, TrialResult>> measured;
  for (const Entry& entry : entries) {
    if (sitting_interrupted || left_s() < -grace_s) return false;
    measured.emplace_back(
        entry, measure(entry.first, entry.second, group.rounds, {}, options_.turns && entry.second != noop_name));
  }
  for (const auto& [entry, result] : measured)
    keep(entry.first, entry.second, group.rounds, TrialKind::throughput, result);
  ++group.rounds;
  group.round_s = std::max(group.round_s, std::chrono::duration<double>(Clock::now() - before).count());
  return true;
}

void Sitting::run_group(Group& group, double until_left_s) {
  do {
    if (!run_round(group, all_entries(group, group.rounds))) return;
  } while (group.rounds < options_.rounds && fits(group, 1) && left_s() > until_left_s);
}

// Round after round of every group that has something open, until the time is spent or nothing is.
void Sitting::run_open_rounds(const std::function<void(const Record&)>& save) {
  for (bool went_on = true; went_on;) {
    went_on = false;
    for (Group& group : groups_) {
      if (group.rounds == 0 || group.rounds >= most_rounds || !fits(group, 1)) continue;
      std::vector<Entry> entries = open_entries(group);
      if (entries.empty()) continue;
      if (!run_round(group, std::move(entries))) return;
      went_on = true;
    }
    save(record_);
  }
}

Panel Sitting::judged(const PanelPlan& plan, bool with_earlier) const {
  PanelTrials trials;
  if (with_earlier) add_trials(earlier_, plan, 0, trials);
  add_trials(record_, plan, with_earlier ? earlier_.sittings.size() : 0, trials);
  return contend::judge(plan, trials, checks_, limits_);
}

// Who gets how much where all callers want the same few entries, and what that costs. It is about callers, so systems
// with threads of their own are left out.
void Sitting::measure_fairness(const BenchSystem& system) {
  const auto contended = std::ranges::find(system.workloads, true, &BenchSystem::NamedWorkload::contended);
  const PanelPlan plan{&system, contended == system.workloads.end() ? system.workloads.front().name : contended->name,
                       2};
  if (selection_.matches(plan).empty()) return;
  FairnessTable table{&system, plan.workload, plan.threads, {}};
  for (const std::string& name : selection_.implementations_of(plan)) {
    if (is_copy(name)) continue;
    std::vector<TrialResult> plain;
    std::uint64_t longest = 0;
    for (int round = 0; round < 3; ++round) {
      if (sitting_interrupted) return;
      plain.push_back(measure(plan, name, round));
      keep(plan, name, round, TrialKind::fairness, plain.back());
      const TrialResult watched = measure(plan, name, round, {.watch_bypass = true});
      keep(plan, name, round, TrialKind::fairness, watched);
      longest = std::max(longest, watched.longest_wait_calls);
    }
    table.rows.push_back(judge_fairness(name, plain, longest));
  }
  record_.fairness.push_back(std::move(table));
  show(to_table(record_.fairness.back()));
}

// The harness alone, on one thread and on two: what it costs, and that its threads do not slow each other down.
void Sitting::check_harness() {
  const std::vector<PanelPlan> all = selection_.plans();
  const auto called =
      std::ranges::find(all, false, [](const PanelPlan& plan) { return plan.system->traits.owns_threads; });
  if (called == all.end()) return;
  const PanelPlan one{called->system, called->workload, 1};
  const PanelPlan two{one.system, one.workload, 2};
  PanelTrials::Rounds of_one;
  PanelTrials::Rounds of_two;
  std::vector<double> speeds_of_one;
  std::vector<double> speeds_of_two;
  for (int round = 0; round < 8 && !sitting_interrupted && left_s() > 0; ++round) {
    const TrialResult alone = measure(one, noop_name, round);
    const TrialResult both = measure(two, noop_name, round);
    keep(one, noop_name, round, TrialKind::fairness, alone);
    keep(two, noop_name, round, TrialKind::fairness, both);
    speeds_of_one.push_back(alone.operations_per_s());
    speeds_of_two.push_back(both.operations_per_s());
  }
  if (sitting_interrupted || allowed_cpus().size() < 2) return;
  const PairedRatio scaling = compare({{{speeds_of_two}, {speeds_of_one}}}).front();
  if (!scaling.interval) return;  // too many trials went wrong: all_valid() says so
  record_.harness = {1e9 / median(speeds_of_one), scaling.ratio, *scaling.interval};
  show(paragraph(fmt::format("The harness itself: {:.1f} ns an operation, {:.2f} times as fast on two threads "
                             "[{:.2f}-{:.2f}].",
                             record_.harness->ns_per_op, scaling.ratio, scaling.interval->low, scaling.interval->high),
                 0));
  if (scaling.interval->high < 1.9) {
    show(paragraph(
        "It does not scale: the two CPUs share something, or other processes use them. Read the figures with that in "
        "mind.",
        2));
  }
}

void Sitting::run(const std::function<void(const Record&)>& save) {
  record_.sittings.front().complete = false;
  const bool first = options_.number == 0;
  const double budget_s = std::chrono::duration<double>(options_.budget).count();
  // Where time is short, it goes into the comparison.
  if (first && options_.budget >= std::chrono::seconds(15)) check_harness();
  std::vector<const BenchSystem*> seen;
  std::size_t groups_left = groups_.size();
  for (Group& group : groups_) {
    // Where rates are asked for, they get two thirds of the time of their workload.
    const double share_s = left_s() / static_cast<double>(groups_left--);
    const double rates_end_s = left_s() - share_s;
    const double rates_begin_s = options_.rates.none() ? 0 : left_s() - share_s / 3;
    if (sitting_interrupted) break;
    const BenchSystem& system = *group.plans.front().system;
    const bool first_of_system = std::ranges::count(seen, &system) == 0;
    // Whatever the budget, something is tried; of the rest, what two rounds fit in. Once every system has its first workload,
    // half of the time is for what is open.
    const bool is_late = first && !first_of_system && !options_.only_these_rounds && left_s() < budget_s / 2;
    if (!seen.empty() && (is_late || !fits(group, first ? 2 : 1))) {
      ++left_out_;
      continue;
    }
    run_group(group, rates_begin_s);
    seen.push_back(&system);
    if (group.rounds == 0) continue;
    for (const PanelPlan& plan : group.plans) show(to_table(judged(plan, false)));
    save(record_);
    if (!options_.rates.none()) {
      run_rates(group, rates_end_s);
      for (const PanelPlan& plan : group.plans) show(rates_table(judged(plan, false), options_.rates.keep));
      save(record_);
    }
    const double fairness_s = trial_s(system) * 6 * static_cast<double>(system.implementations.size());
    if (first && first_of_system && !system.traits.owns_threads && !sitting_interrupted && left_s() > 3 * fairness_s) {
      measure_fairness(system);
    }
  }
  if (!options_.only_these_rounds && !sitting_interrupted) run_open_rounds(save);
  record_.sittings.front().complete = !sitting_interrupted;
  record_.sittings.front().seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  save(record_);
  clear_progress();
  if (first && left_out_ > 0 && options_.tables != nullptr) {
    show(fmt::format("\n{} of {} workloads were left out by the budget; --budget gives more time.\n", left_out_,
                     groups_.size()));
  }
}

}  // namespace contend
