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

#include "impls/base/absent_peers.hpp"
#include "impls/base/nearest.hpp"
#include "impls/base/wrapping.hpp"
#include "stress/driver/attack.hpp"
#include "stress/driver/kills.hpp"
#include "stress/driver/listing.hpp"
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
  std::vector<std::string> what;  // systems or system/implementation; all if empty
  std::string attack;
  double seconds = 1;
  double patience_s = 60;
  std::vector<int> threads{2, 4};
  std::uint64_t seed = 1;
  int survival = 0;
  bool broken = false;
  bool small = false;
  bool list = false;
  bool json = false;
};

bool named(const std::string& name, const Request& request) {
  return std::ranges::count(request.what, name) > 0;
}

bool chosen(const StressTarget& target, const Request& request) {
  if (target.broken != request.broken) return false;
  // Survival is about what deadlocks, unless somebody names something else.
  const bool deadlocks = target.must_catch && target.ending == Ending::deadlock;
  if (request.survival > 0 && request.attack.empty() && !deadlocks) return false;
  if (!request.attack.empty() && request.attack != target.attack) return false;
  // Of a broken implementation one attack is asked whether it catches it, unless somebody names both.
  const bool both_named = !request.attack.empty() && named(target.name(), request);
  if (target.broken && !target.must_catch && !both_named) return false;
  return request.what.empty() || named(std::string(target.system), request) || named(target.name(), request);
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
    const std::string counted =
        fmt::format("  {:<24} {:>12}  {:<9}", row.result, row.samples, to_string(row.expectation));
    const bool fits = counted.size() + 2 + row.meaning.size() <= terminal_columns;
    fmt::print("{}{}", counted, fits ? "  " + row.meaning + "\n" : "\n" + paragraph(row.meaning, 6));
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
    const Watchdog watchdog(
        repeat_with(step, request),
        std::chrono::milliseconds(static_cast<std::int64_t>((step.seconds + request.patience_s) * 1000)));
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

// How long each target lives until it hangs, over many child processes. Of broken ones each must end in one of them, of
// others none may.
int run_survival(const std::vector<StressTarget>& targets, const Request& request) {
  std::size_t caught = 0;
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
    caught += std::ranges::any_of(runs, [](const auto& run) { return run.hung || !run.trouble.empty(); }) ? 1 : 0;
  }
  if (request.json) fmt::print("{}\n", all.dump(1));
  return caught == (request.broken ? targets.size() : 0) ? exit_ok : exit_violation;
}

// The broken implementations, each until it is caught. What gave it away is shown of those that are named.
int run_kills(const std::vector<StressTarget>& targets, const Request& request) {
  std::size_t caught = 0;
  nlohmann::json all = nlohmann::json::array();
  if (!request.json) fmt::print("{}", kill_table_head(targets));
  for (const StressTarget& target : targets) {
    const Step step{&target, request.small ? 0 : request.threads.front(), request.seconds};
    show_progress(all.size(), targets.size(), step);
    const Kill kill = try_to_kill(target, attack_options(step, request), request.threads);
    clear_progress();
    if (interrupted) return exit_interrupted;
    all.push_back(kill_json(target, kill));
    caught += kill.by != Killer::nobody ? 1 : 0;
    if (request.json) continue;
    fmt::print("{}", kill_table_row(targets, target, kill));
    if (named(target.name(), request) && kill.by != Killer::nobody) {
      fmt::print("{}repeat with: stress/run {} --broken --attack {} --seed {} {}\n", kill.evidence, target.name(),
                 target.attack, kill.seed, request.small ? "--small" : fmt::format("--threads {}", kill.threads));
    }
    std::fflush(stdout);
  }
  if (request.json) {
    fmt::print("{}\n", all.dump(1));
  } else {
    fmt::print("{} of {} broken implementations caught\n", caught, targets.size());
  }
  return caught == targets.size() ? exit_ok : exit_violation;
}

// Why it cannot be done: a name that nothing has, or nothing left of what was asked for. Else empty.
std::string explain_nothing(const std::vector<StressTarget>& all, const std::vector<StressTarget>& targets,
                            const Request& request) {
  std::vector<std::string> names;   // of the kind that was asked for
  std::vector<std::string> others;  // honest where broken ones were asked for, and the other way round
  std::vector<OwnedName> attack_names;
  for (const StressTarget& target : all) {
    std::vector<std::string>& kind = target.broken == request.broken ? names : others;
    kind.emplace_back(target.system);
    kind.push_back(target.name());
    attack_names.push_back({std::string(target.system), std::string(target.attack)});
  }
  const bool took_option = request.attack.starts_with("--");  // for a name: its value is now taken for a system
  for (const std::string& name : request.what) {
    if (took_option || std::ranges::count(names, name) > 0) continue;
    if (std::ranges::any_of(others, [&](const auto& other) { return other == name || other.ends_with("/" + name); })) {
      return name + (request.broken ? " is not broken: leave --broken out." : " is broken on purpose: add --broken.");
    }
    if (std::string sentence = told_absent(name); !sentence.empty()) return sentence;
    return fmt::format("no system or implementation is called '{}'; {} --list shows all.", name,
                       did_you_mean(name, names));
  }
  if (!request.attack.empty()) {
    const std::string sentence = explain_unknown("attack", request.attack, attack_names, request.what);
    if (!sentence.empty()) return sentence;
  }
  if (!targets.empty()) return "";
  if (!request.attack.empty()) {
    return fmt::format("nothing that was asked for promises what {} attacks.", request.attack);
  }
  return "nothing that was asked for must deadlock; add --broken, or name an --attack.";
}

int refuse(const std::string& sentence) {
  fmt::print(stderr, "stress: {}\n", sentence);
  return exit_usage;
}

}  // namespace

int stress_main(int argc, char** argv) {
  Request request;
  CLI::App app{"Attacks implementations with real threads and checks what they answered.", "stress/run"};
  app.add_option("what", request.what, "systems or system/implementation; all if left out");
  app.add_option("--attack", request.attack, "only this attack");
  app.add_option("--seconds", request.seconds,
                 "time for each implementation under each attack; with --broken at most, and 20 if left out")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  app.add_option("--threads", request.threads, "numbers of threads of an attack, which share its time")
      ->delimiter(',')
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--seed", request.seed, "seed of the first round")->capture_default_str();
  // Generous: sanitizers and a busy machine stretch a round, a hang lasts for ever.
  app.add_option("--patience", request.patience_s,
                 "an attack that goes on for so many seconds after its time is a hang, also where no lock shows it")
      ->check(CLI::Range(1.0, 86400.0))
      ->capture_default_str();
  app.add_option("--survival", request.survival,
                 "with --broken: let what deadlocks do so in this many child processes; show when")
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--small", request.small, "rounds of two or three threads with a few calls each, thousands of them");
  app.add_flag("--broken", request.broken,
               "attack the broken implementations instead, until each is caught: a kill table");
  app.add_flag("--list", request.list, "list implementations and attacks, of all or of what is named");
  app.add_flag("--json", request.json, "with --list, --broken or --survival: as JSON");
  app.footer(
      "Examples:\n"
      "  stress/run                                  everything, one second each\n"
      "  stress/run kv_store/striped --seconds 10\n"
      "  stress/run ledger --attack storm --seed 42 --sanitizer none\n"
      "  stress/run kv_store --small --sanitizer none\n"
      "  stress/run ledger --broken --sanitizer none\n"
      "  stress/run ledger --broken --survival 50 --sanitizer none\n"
      "Exit codes: 0 all ok (with --broken: all caught), 1 a violation was found (with --broken: one was missed), 2 "
      "usage, 3 some verdict is unknown,\n"
      "  66 a sanitizer reported, 124 a hang was found and explained, 130 interrupted.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  if (request.json && !request.list && !request.broken && request.survival == 0) {
    return refuse("--json goes with --list, --broken or --survival.");
  }
  if (request.broken && request.survival == 0 && app.count("--seconds") == 0) request.seconds = 20;
  const std::vector<StressTarget> all = stress_targets();
  std::vector<StressTarget> targets;
  std::ranges::copy_if(all, std::back_inserter(targets), [&](const auto& target) { return chosen(target, request); });
  if (const std::string sentence = explain_nothing(all, targets, request); !sentence.empty()) return refuse(sentence);
  if (request.list) {
    if (request.json) {
      fmt::print("{}\n", list_json(targets).dump(2));
    } else {
      print_list(targets);
      if (!request.broken) fmt::print("{}", absent_list(request.what));
    }
    return exit_ok;
  }
  signal(SIGINT, [](int) { interrupted = true; });
  if (request.survival > 0) return run_survival(targets, request);
  return request.broken ? run_kills(targets, request) : run_targets(targets, request);
}

}  // namespace contend
