#include "bench/engine/session.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "bench/engine/fairness.hpp"
#include "bench/engine/machine.hpp"
#include "bench/engine/result_file.hpp"

namespace contend {

std::atomic<bool> session_interrupted{false};

namespace {

// Keeps what Google Benchmark reports of a trial, for its JSON.
class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { runs_.insert(runs_.end(), runs.begin(), runs.end()); }
  static std::vector<Run>& all() {
    static std::vector<Run> runs;
    return runs;
  }
  ~Collector() override { std::ranges::move(runs_, std::back_inserter(all())); }

 private:
  std::vector<Run> runs_;
};

std::string trial_name(const PanelPlan& plan, const std::string& implementation) {
  return fmt::format("{}/{}/{}/threads:{}", plan.system->name, implementation, plan.workload, plan.threads);
}

std::string escaped(const std::string& text) {
  return std::regex_replace(text, std::regex(R"([.^$|()\[\]{}*+?\\])"), R"(\$&)");
}

void clear_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
}

}  // namespace

Session::Session(const SessionOptions& options) : options_(options), systems_(bench_systems()), random_(options.seed) {
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
        if (!implementations_of(plan).empty()) plans_.push_back(plan);
      }
    }
  }
}

// noop, reference, reference again, and what the request and the filter choose of the others.
std::vector<std::string> Session::implementations_of(const PanelPlan& plan) const {
  std::vector<std::string> chosen{"noop", "reference", again_name};
  const std::regex filter(options_.filter);
  bool any = false;
  for (const auto& implementation : plan.system->implementations) {
    const std::string full = fmt::format("{}/{}", plan.system->name, implementation.name);
    const bool wanted = options_.what.empty() || std::ranges::count(options_.what, plan.system->name) > 0 ||
                        std::ranges::count(options_.what, full) > 0;
    if (!wanted || !std::regex_search(trial_name(plan, implementation.name), filter)) continue;
    any = true;
    if (implementation.name != "reference") chosen.push_back(implementation.name);
  }
  return any ? chosen : std::vector<std::string>{};
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
  TrialResult result;
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark(
      name.c_str(),
      [&](benchmark::State& state) {
        for (auto _ : state) {
          TrialOptions options{plan.threads, options_.window_ms, options_.seed + static_cast<std::uint64_t>(round),
                               watch_bypass, plan.system->traits.owns_threads};
          // A trial that others disturbed is repeated, a bounded number of times, and flagged if that did not help.
          for (int attempt = 0; attempt < 3; ++attempt) {
            result = run_trial([&] { return plan.system->prepare(real_name, plan.workload, plan.threads); }, options);
            if (!result.disturbed() || result.status != TrialStatus::ok || session_interrupted) break;
          }
          state.SetIterationTime(std::max(result.window_s, 1e-9));
        }
        state.counters["ops"] = benchmark::Counter(static_cast<double>(result.operations), benchmark::Counter::kIsRate);
      })
      ->Iterations(1)
      ->UseManualTime();
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, nullptr, "^" + escaped(name));
  nlohmann::json trial = trial_json(result);
  trial.update({{"system", plan.system->name},
                {"implementation", implementation},
                {"workload", plan.workload},
                {"threads", plan.threads},
                {"round", round},
                {"kind", watch_bypass ? "fairness" : "throughput"}});
  trials_.push_back(trial);
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
    if (of_round.size() < order.size()) break;  // a round that was cut short pairs with nothing
    for (auto& [name, results] : of_round) trials[name].push_back(results.front());
  }
  if (trials.empty()) return;
  panels_.push_back(judge(plan, trials));
  if (&plan == &first_plan(*plan.system)) summary_.push_back(summarize(panels_.back(), trials));
  clear_progress();
  fmt::print("{}", to_table(panels_.back()));
  std::fflush(stdout);
}

const PanelPlan& Session::first_plan(const BenchSystem& system) const {
  return *std::ranges::find(plans_, &system, &PanelPlan::system);
}

// Who gets how much where everybody wants the same few entries, and what that costs. Asked of those that call, so not
// of a system whose threads are its own.
void Session::measure_fairness(const BenchSystem& system) {
  const auto contended = std::ranges::find(system.workloads, true, &BenchSystem::NamedWorkload::contended);
  const PanelPlan plan{&system, contended == system.workloads.end() ? system.workloads.front().name : contended->name,
                       2};
  nlohmann::json rows = nlohmann::json::array();
  for (const std::string& name : implementations_of(plan)) {
    if (session_interrupted) return;
    if (name == again_name) continue;
    std::vector<TrialResult> plain;
    std::uint64_t longest = 0;
    for (int round = 0; round < 3; ++round) {
      plain.push_back(measure(plan, name, round, false));
      longest = std::max(longest, measure(plan, name, round, true).longest_wait_calls);
    }
    rows.push_back(fairness_json(name, plain, longest));
  }
  fairness_.push_back(
      {{"system", system.name}, {"workload", plan.workload}, {"threads", plan.threads}, {"rows", rows}});
  clear_progress();
  fmt::print("{}", fairness_table(fairness_.back(), system.traits));
}

// The harness alone, on one thread and on two: what it costs, and that it does not stand in its own way.
void Session::check_harness() {
  const auto called =
      std::ranges::find(plans_, false, [](const PanelPlan& plan) { return plan.system->traits.owns_threads; });
  if (called == plans_.end()) return;
  const PanelPlan one{called->system, called->workload, 1};
  const PanelPlan two{one.system, one.workload, 2};
  std::vector<double> speeds_of_one;
  std::vector<double> speeds_of_two;
  for (int round = 0; round < 8 && !session_interrupted; ++round) {
    speeds_of_one.push_back(measure(one, "noop", round, false).operations_per_s());
    speeds_of_two.push_back(measure(two, "noop", round, false).operations_per_s());
  }
  if (session_interrupted || allowed_cpus().size() < 2) return;
  const PairedRatio scaling = compare_paired(speeds_of_two, speeds_of_one, 0);
  if (!scaling.interval) return;  // too many trials went wrong: all_valid() says so
  harness_ = {{"ns_per_op", 1e9 / median(speeds_of_one)},
              {"scaling", scaling.ratio},
              {"low", scaling.interval->low},
              {"high", scaling.interval->high}};
  clear_progress();
  fmt::print("The harness itself: {:.1f} ns an operation, and {:.2f} times as fast on two threads [{:.2f}, {:.2f}]\n",
             1e9 / median(speeds_of_one), scaling.ratio, scaling.interval->low, scaling.interval->high);
  if (scaling.interval->high < 1.9) {
    fmt::print("  It does not scale: the two CPUs share something, or others use them now. Read the figures so.\n");
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
    // After a system's first panel, so that a short budget has it too.
    if (&plan == &first_plan(*plan.system) && !plan.system->traits.owns_threads && !session_interrupted &&
        Seconds(options_.budget - spent()).count() > dearest_s) {
      measure_fairness(*plan.system);
    }
  }
  complete_ = !session_interrupted;
  if (left_out > 0) {
    fmt::print("\n{} of {} panels were left out by the budget; --budget gives more time.\n", left_out, plans_.size());
  }
}

nlohmann::json Session::to_json(const std::vector<std::string>& arguments) const {
  std::ostringstream text;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&text);
  reporter.SetErrorStream(&text);
  benchmark::BenchmarkReporter::Context context;
  reporter.ReportContext(context);
  if (!Collector::all().empty()) reporter.ReportRuns(Collector::all());
  reporter.Finalize();
  nlohmann::json json = nlohmann::json::parse(text.str());
  json["context"].erase("executable");
  json["context"]["host_name"] = "";  // a result file is about a kind of machine, not about whose it is
  json["context"]["contend"] = context_json(options_, arguments, complete_);
  json["x_harness"] = harness_;
  json["x_deadlock"] = options_.deadlocks;
  json["x_trials"] = trials_;
  json["x_fairness"] = fairness_;
  json["x_summary"] = contend::to_json(summary_);
  json["x_panels"] = nlohmann::json::array();
  for (const Panel& panel : panels_) json["x_panels"].push_back(contend::to_json(panel));
  json["x_implementations"] = implementations_json(systems_);
  json["x_workloads"] = workloads_json(systems_);
  return json;
}

}  // namespace contend
