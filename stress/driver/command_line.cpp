#include "stress/driver/command_line.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "impls/base/nearest.hpp"
#include "stress/driver/attack.hpp"
#include "stress/driver/survival.hpp"
#include "stress/driver/watchdog.hpp"

namespace contend {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_violation = 1;
constexpr int exit_usage = 2;
constexpr int exit_unknown = 3;
constexpr int exit_interrupted = 130;

std::atomic<bool> interrupted{false};

struct Request {
  std::string what;  // system, system/implementation, or empty
  std::string attack;
  double seconds = 1;
  std::vector<int> threads{2, 4};
  std::uint64_t seed = 1;
  int survival = 0;
  bool broken = false;
  bool small = false;
  bool list = false;
  bool json = false;
};

// Systems and system/implementation, each once.
std::vector<std::string> names_of(const std::vector<StressTarget>& targets) {
  std::vector<std::string> names;
  for (const StressTarget& target : targets) {
    names.emplace_back(target.system);
    names.push_back(target.name());
  }
  std::ranges::sort(names);
  const auto duplicates = std::ranges::unique(names);
  names.erase(duplicates.begin(), duplicates.end());
  return names;
}

bool chosen(const StressTarget& target, const Request& request) {
  // Survival is about what deadlocks, unless somebody names something else.
  const bool deadlocks = target.must_catch && target.ending == Ending::deadlock;
  if (request.survival > 0 && request.attack.empty() && !deadlocks) return false;
  return target.broken == request.broken && (request.attack.empty() || request.attack == target.attack) &&
         (request.what.empty() || request.what == target.system || request.what == target.name());
}

void print_list(const std::vector<StressTarget>& targets, bool json) {
  nlohmann::json rows = nlohmann::json::array();
  for (const StressTarget& target : targets) {
    rows.push_back({{"system", target.system},
                    {"implementation", target.implementation},
                    {"attack", target.attack},
                    {"summary", target.summary},
                    {"broken", target.broken}});
    if (!json) {
      fmt::print("{} under {}: {}\n", target.name(), target.attack, target.summary);
    }
  }
  if (json) fmt::print("{}\n", rows.dump(2));
}

// One attack on one target with one number of threads.
struct Step {
  const StressTarget* target = nullptr;
  int threads = 0;     // 0: the seed of each round says, at the small size
  double seconds = 0;  // the time for a target and an attack, shared by its numbers of threads
};

AttackOptions attack_options(const Step& step, const Request& request) {
  return {.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(step.seconds * 1e9)),
          .threads = step.threads,
          .seed = request.seed,
          .scale = request.small ? Scale::small : Scale::full};
}

std::string told_size(const Step& step, const Request& request) {
  return request.small ? "--small" : fmt::format("--threads {}", step.threads);
}

void print_report(const Step& step, const AttackReport& report, const Request& request) {
  fmt::print("{} under {}: {}  (--seed {} {} --seconds {})\n", step.target->name(), step.target->attack,
             to_string(report.verdict), request.seed, told_size(step, request), step.seconds);
  for (const OutcomeRow& row : report.rows) {
    fmt::print("  {:<24} {:>12}  {:<9}  {}\n", row.result, row.samples, to_string(row.expectation), row.meaning);
  }
  if (!report.evidence.empty()) fmt::print("{}\n", report.evidence);
  std::fflush(stdout);
}

void show_progress(std::size_t done, std::size_t all, const Step& step) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r\033[K[{}/{}] {} under {}, about {:.0f} s left", done + 1, all, step.target->name(),
             step.target->attack, static_cast<double>(all - done) * step.seconds);
  std::fflush(stderr);
}

void clear_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
}

std::string repeat_with(const Step& step, const Request& request) {
  const StressTarget& target = *step.target;
  return fmt::format("repeat with: stress/run {} --attack {} --seed {} {} --seconds {}{}", target.name(), target.attack,
                     request.seed, told_size(step, request), step.seconds, target.broken ? " --broken" : "");
}

int run_targets(const std::vector<StressTarget>& targets, const Request& request) {
  std::vector<Step> steps;
  for (const StressTarget& target : targets) {
    if (request.small) {
      steps.push_back({&target, 0, request.seconds});
      continue;
    }
    for (const int threads : request.threads) {
      steps.push_back({&target, threads, request.seconds / static_cast<double>(request.threads.size())});
    }
  }
  std::size_t illegal = 0;
  std::size_t unknown = 0;
  std::size_t done = 0;
  for (const Step& step : steps) {
    if (interrupted) break;
    show_progress(done, steps.size(), step);
    // Generous: sanitizers and a busy machine stretch a round, a hang lasts for ever.
    const Watchdog watchdog(repeat_with(step, request),
                            std::chrono::milliseconds(static_cast<int>(step.seconds * 1000) + 60'000));
    const AttackReport report = step.target->run(attack_options(step, request));
    clear_progress();
    print_report(step, report, request);
    if (report.verdict == Verdict::illegal) fmt::print("{}\n", repeat_with(step, request));
    illegal += report.verdict == Verdict::illegal ? 1 : 0;
    unknown += report.verdict == Verdict::unknown ? 1 : 0;
    ++done;
  }
  fmt::print("{} of {} attacks run: {} ok, {} illegal, {} unknown\n", done, steps.size(), done - illegal - unknown,
             illegal, unknown);
  if (illegal > 0) return exit_violation;
  if (interrupted) return exit_interrupted;
  return unknown > 0 ? exit_unknown : exit_ok;
}

// How long each target lives until it hangs, over many child processes.
int run_survival(const std::vector<StressTarget>& targets, const Request& request) {
  bool caught = false;
  nlohmann::json all = nlohmann::json::array();
  for (const StressTarget& target : targets) {
    if (interrupted) return exit_interrupted;
    const AttackOptions options = attack_options({&target, request.threads.back(), request.seconds}, request);
    const std::vector<SurvivalRun> runs = measure_survival(target, options, request.survival);
    all.push_back(survival_json(target, options, runs));
    if (!request.json) {
      fmt::print("{} under {}, {} threads: {}", target.name(), target.attack, options.threads, survival_table(runs));
    }
    std::fflush(stdout);
    caught = caught || std::ranges::any_of(runs, [](const auto& run) { return run.hung || !run.trouble.empty(); });
  }
  if (request.json) fmt::print("{}\n", all.dump(1));
  return caught ? exit_violation : exit_ok;
}

int refuse_name(const char* what, const std::string& name, const std::vector<std::string>& known) {
  fmt::print(stderr, "stress: no {} is called '{}'; did you mean '{}'? --list shows all.\n", what, name,
             nearest_name(name, known));
  return exit_usage;
}

}  // namespace

int stress_main(int argc, char** argv) {
  Request request;
  CLI::App app{"Attacks implementations with real threads and checks what they answered.", "stress/run"};
  app.add_option("what", request.what, "a system or system/implementation; all if left out");
  app.add_option("--attack", request.attack, "only this attack");
  app.add_option("--seconds", request.seconds, "time for each implementation under each attack")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  app.add_option("--threads", request.threads, "numbers of threads of an attack, which share its time")
      ->delimiter(',')
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--seed", request.seed, "seed of the first round")->capture_default_str();
  app.add_option("--survival", request.survival,
                 "with --broken: let what deadlocks do so in this many child processes; show when")
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--small", request.small, "rounds of two or three threads with a few calls each, thousands of them");
  app.add_flag("--broken", request.broken, "attack the broken implementations instead, which must be caught");
  app.add_flag("--list", request.list, "list implementations and attacks");
  app.add_flag("--json", request.json, "with --list or --survival: as JSON");
  app.footer(
      "Examples:\n"
      "  stress/run                                  everything, one second each\n"
      "  stress/run kv_store/striped --seconds 10\n"
      "  stress/run ledger --attack storm --seed 42 --sanitizer none\n"
      "  stress/run kv_store --small --sanitizer none\n"
      "  stress/run ledger --broken --survival 50 --sanitizer none\n"
      "Exit codes: 0 all ok, 1 a violation was found, 2 usage, 3 some verdict is unknown,\n"
      "  66 a sanitizer reported, 124 a hang was found and explained, 130 interrupted.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  const std::vector<StressTarget> all = stress_targets();
  std::vector<StressTarget> targets;
  std::ranges::copy_if(all, std::back_inserter(targets), [&](const auto& target) { return chosen(target, request); });
  if (targets.empty()) {
    std::vector<std::string> attack_names;
    for (const StressTarget& target : all) attack_names.emplace_back(target.attack);
    const bool known = request.what.empty() || std::ranges::count(names_of(all), request.what) > 0;
    if (known && request.survival > 0 && request.attack.empty()) {
      fmt::print(stderr, "stress: nothing that was asked for must deadlock; add --broken, or name an --attack.\n");
      return exit_usage;
    }
    return known ? refuse_name("attack", request.attack, attack_names)
                 : refuse_name("system or implementation", request.what, names_of(all));
  }
  if (request.list) {
    print_list(targets, request.json);
    return exit_ok;
  }
  signal(SIGINT, [](int) { interrupted = true; });
  return request.survival > 0 ? run_survival(targets, request) : run_targets(targets, request);
}

}  // namespace contend
