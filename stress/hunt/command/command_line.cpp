#include "stress/hunt/command/command_line.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "impls/base/nearest.hpp"
#include "stress/hunt/command/hunts.hpp"
#include "stress/hunt/command/kill_table.hpp"
#include "stress/hunt/tell/rules.hpp"

namespace contend::hunt {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_found = 1;
constexpr int exit_usage = 2;
constexpr int exit_unknown = 3;
constexpr int exit_race = 66;

struct Request {
  std::string what;
  std::string attack;
  std::vector<std::string> strategies;
  double seconds = 1;
  std::uint64_t schedules = 0;
  std::uint64_t seed = 1;
  int jobs = 0;
  std::string shard;
  std::string token;
  std::string json_file;
  std::string svg_file;
  int campaigns = 0;
  bool broken = false;
  bool weak = false;
  bool leaks = false;
  bool spurious = false;
  bool failing_allocations = false;
  bool exhaustive = false;
  bool no_races = false;
  bool pthreads = false;
  bool outcomes = false;
  bool trace = false;
  bool list = false;
};

void describe(CLI::App& app, Request& request) {
  app.add_option("what", request.what,
                 "a system, system/implementation or system/implementation/attack; all if left out");
  app.add_option("--attack", request.attack, "only this attack");
  app.add_flag("--broken", request.broken,
               "hunt in the broken implementations, under the attacks that must catch them");
  app.add_option("--seconds", request.seconds, "time for each target; 0: no bound")->capture_default_str();
  app.add_option("--schedules", request.schedules, "no more schedules than this for each target; 0: no bound");
  app.add_option("--strategies", request.strategies,
                 "random_walk, sticky_walk, pct2, pct3, pct5, pos, surw, round_robin; by default they take turns")
      ->delimiter(',');
  app.add_flag("--exhaustive", request.exhaustive,
               "every schedule: with no preemption, then with one, two ... until all are seen or the time is up");
  app.add_option("--seed", request.seed, "of the campaign")->capture_default_str();
  app.add_flag("--weak", request.weak, "loads may see older stores, as C++20 allows");
  app.add_flag("--leaks", request.leaks, "memory that nobody can reach at the end is a find");
  app.add_flag("--spurious", request.spurious, "waits may end, and weak compare-and-swaps may fail, for no reason");
  app.add_flag("--failing-allocations", request.failing_allocations,
               "in every other execution an allocation fails; to end of it is no find");
  app.add_flag("--no-races", request.no_races, "data races alone are no find");
  app.add_option("--jobs", request.jobs, "targets at a time; 0: one for each core")->check(CLI::Range(0, 256));
  app.add_option("--shard", request.shard, "i/n: the i-th of n parts of the targets, for as many machines");
  app.add_option("--replay", request.token,
                 "run again what this token stands for, and tell it; @FILE: it stands there");
  app.add_flag("--outcomes", request.outcomes, "of a program: what it returns is counted instead of judged");
  app.add_flag("--trace", request.trace,
               "tell the token of the last schedule and the hash of its trace; of a replay, nothing but that");
  app.add_flag("--pthreads", request.pthreads, "every thread on a thread of the system: slow, to cross-check");
  app.add_option("--svg", request.svg_file, "with --replay: draw the timeline to this file");
  app.add_option("--json", request.json_file, "write what was found to this file too");
  app.add_option("--kill-table", request.campaigns, "this many campaigns for each broken implementation and strategy");
  app.add_flag("--list", request.list, "list what can be hunted in");
}

HuntOptions options_of(const Request& request, bool& known_strategies) {
  HuntOptions options;
  options.campaign.budget = {request.seconds, request.schedules};
  options.campaign.seed = request.seed;
  options.campaign.weak = request.weak;
  options.campaign.races = !request.no_races;
  options.campaign.leaks = request.leaks;
  options.campaign.spurious = request.spurious;
  options.campaign.exhaustive = request.exhaustive;
  options.campaign.failing_allocations = request.failing_allocations;
  options.switching = request.pthreads ? Switching::pthreads : Switching::fibers;
  options.counts_outcomes = request.outcomes;
  options.strategies_named = !request.strategies.empty();
  options.jobs =
      request.jobs > 0 ? static_cast<std::size_t>(request.jobs) : std::max(1u, std::thread::hardware_concurrency());
  known_strategies = true;
  if (!request.strategies.empty()) options.campaign.strategies.clear();
  for (const std::string& name : request.strategies) {
    NamedStrategy strategy;
    if (!strategy_named(name, strategy)) {
      fmt::print(stderr, "hunt: no strategy is called '{}'; did you mean '{}'?\n", name,
                 nearest_name(name, strategy_names()));
      known_strategies = false;
      continue;
    }
    options.campaign.strategies.push_back(strategy);
  }
  return options;
}

bool chosen(const Target& target, const Request& request) {
  const std::string& name = target.scenario.name;
  if (target.broken != request.broken || (target.broken && !target.must_catch)) return false;
  if (!request.attack.empty() && !name.ends_with("/" + request.attack)) return false;
  return request.what.empty() || name == request.what || name.starts_with(request.what + "/");
}

std::vector<const Target*> choose(const std::vector<Target>& all, const Request& request) {
  std::vector<const Target*> some;
  for (const Target& target : all) {
    if (chosen(target, request)) some.push_back(&target);
  }
  unsigned part = 0;
  unsigned parts = 1;
  if (!request.shard.empty() && std::sscanf(request.shard.c_str(), "%u/%u", &part, &parts) == 2 && parts > 0) {
    std::vector<const Target*> own;
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (i % parts == (part + parts - 1) % parts) own.push_back(some[i]);
    }
    some = own;
  }
  return some;
}

// How people call what was hunted in: stress/run says it of programs.
std::string hunted_files() {
  const char* const files = std::getenv("CONTEND_HUNTED_FILES");
  return files != nullptr ? std::string(files) + " " : "";
}

// What can be said of the schedules that nothing was found in.
std::string seen_of_all(const CampaignResult& result) {
  if (result.exhausted.all) return "; these are all";
  if (result.exhausted.too_large) return "; not all: more than 64 threads or 65,536 choices of one execution";
  if (!result.exhausted.any) return "";
  return fmt::format("; among them all with at most {} preemption{}", result.exhausted.preemptions,
                     result.exhausted.preemptions == 1 ? "" : "s");
}

void print_trace(const std::string& token, std::uint64_t hash) {
  fmt::print("  trace {:016x} {}\n", hash, token);
}

void print_report(const HuntReport& report, bool with_trace) {
  const CampaignResult& result = report.result;
  const std::string& name = report.target->scenario.name;
  if (!report.crash.empty()) {
    fmt::print("{}: unknown: {}\n", name, report.crash);
  } else if (!result.found) {
    fmt::print(
        "{}: nothing in {} schedules, {} of them different, {} of the last 1000 new; {:.1f} s, {:.0f} schedules/s, {} "
        "points at most{}{}\n",
        name, result.schedules, result.distinct, result.new_of_last_thousand, result.seconds,
        static_cast<double>(result.schedules) / std::max(result.seconds, 1e-9), result.most_points, seen_of_all(result),
        result.suppressed > 0 ? fmt::format("; {} known races passed over", result.suppressed) : "");
  } else {
    fmt::print("{}: FOUND: {} in schedule {} by {}, after {:.3f} s\n", name, name_of(result.finding.kind),
               result.schedules, name_of(result.found->strategy), result.seconds);
    fmt::print("  {}\n", rule_broken(result.finding.kind));
    if (report.story.empty()) fmt::print("  {}\n", result.finding.text);
    if (!report.story.empty()) {
      fmt::print("{}\n", report.story);
      if (report.repeated) {
        fmt::print("  repeated in a fresh process; {} of {} decisions of the schedule matter\n", report.switches_needed,
                   report.switches_before);
      } else {
        fmt::print("  it did not show itself again when it was repeated: please report that\n");
      }
    }
    fmt::print("  again: stress/run --hunt {}{}--replay '{}'\n", hunted_files(),
               result.finding.kind == FindingKind::leak ? "--leaks " : "", report.token);
  }
  if (with_trace && report.crash.empty()) print_trace(result.last.text(), result.last_trace);
  for (std::size_t value = 0; value < report.outcomes.size(); ++value) {
    if (report.outcomes[value] > 0) fmt::print("  outcome {}: {} times\n", value, report.outcomes[value]);
  }
  std::fflush(stdout);
}

nlohmann::json report_json(const HuntReport& report) {
  const CampaignResult& result = report.result;
  nlohmann::json row = {{"target", report.target->scenario.name},
                        {"schedules", result.schedules},
                        {"points", result.points},
                        {"distinct", result.distinct},
                        {"seconds", result.seconds},
                        {"processor_seconds", result.processor_seconds},
                        {"suppressed", result.suppressed}};
  if (!report.crash.empty()) row["crash"] = report.crash;
  if (result.exhausted.all) row["all_schedules"] = true;
  if (result.exhausted.any) row["all_up_to_preemptions"] = result.exhausted.preemptions;
  if (!result.found) return row;
  row["found"] = {{"kind", name_of(result.finding.kind)},
                  {"strategy", name_of(result.found->strategy)},
                  {"text", result.finding.text},
                  {"token", report.token},
                  {"repeated", report.repeated},
                  {"decisions", report.switches_needed},
                  {"story", report.story},
                  {"picture", report.picture}};
  return row;
}

int run_all(const std::vector<const Target*>& some, const HuntOptions& options, const Request& request) {
  std::size_t found = 0;
  std::size_t races = 0;
  std::size_t unknown = 0;
  std::size_t done = 0;
  nlohmann::json rows = nlohmann::json::array();
  run_hunts(some, options, [&](const HuntReport& report) {
    ++done;
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
    print_report(report, request.trace);
    rows.push_back(report_json(report));
    unknown += report.crash.empty() ? 0 : 1;
    if (report.result.found) {
      ++found;
      races += report.result.finding.kind == FindingKind::race ? 1 : 0;
    }
    if (isatty(STDERR_FILENO) != 0 && done < some.size()) {
      fmt::print(stderr, "[{}/{}] about {:.0f} s left", done, some.size(),
                 static_cast<double>(some.size() - done) * request.seconds / static_cast<double>(options.jobs));
    }
  });
  fmt::print("{} of {} targets: something found in {}, nothing in {}, {} unknown\n", done, some.size(), found,
             done - found - unknown, unknown);
  if (!request.json_file.empty()) {
    std::ofstream(request.json_file) << rows.dump(1, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
  }
  if (found > 0) return races == found ? exit_race : exit_found;
  return unknown > 0 ? exit_unknown : exit_ok;
}

int exit_of(const Finding& finding) {
  if (finding.kind == FindingKind::none) return exit_ok;
  return finding.kind == FindingKind::race ? exit_race : exit_found;
}

// The system takes no argument of more than 128 KiB: longer tokens come in a file.
std::string token_text(const Request& request) {
  if (!request.token.starts_with('@')) return request.token;
  std::ifstream file(request.token.substr(1));
  std::string text;
  file >> text;
  return text;
}

int run_again(const std::vector<Target>& all, const HuntOptions& options, const Request& request) {
  const std::optional<Token> token = token_from(token_text(request));
  if (!token) {
    fmt::print(stderr, "hunt: '{}' is no token: take the whole word that a find ends with, in quotes.\n",
               request.token);
    return exit_usage;
  }
  for (const Target& target : all) {
    if (target.scenario.name != token->scenario) continue;
    if (request.trace) {
      Finding finding;
      print_trace(request.token, replay_trace(target, *token, options, finding));
      return exit_of(finding);
    }
    const Replay again = replay(target, *token, options);
    const FindingKind kind = again.finding.kind;
    fmt::print("{}: {}\n", token->scenario, name_of(kind));
    if (kind != FindingKind::none) fmt::print("  {}\n", rule_broken(kind));
    fmt::print("{}  under a debugger: gdb{} --args {} --replay '{}'\n", again.story,
               again.last_place.empty() ? "" : fmt::format(" -ex 'break {}' -ex run", again.last_place),
               std::filesystem::read_symlink("/proc/self/exe").string(), request.token);
    std::fflush(stdout);
    if (!request.svg_file.empty() && !(std::ofstream(request.svg_file) << again.picture).flush()) {
      fmt::print(stderr, "hunt: '{}' cannot be written.\n", request.svg_file);
      return exit_usage;
    }
    return exit_of(again.finding);
  }
  fmt::print(stderr, "hunt: '{}' of the token is not in this program; --list shows all.\n", token->scenario);
  return exit_usage;
}

}  // namespace

int hunt_main(int argc, char** argv) {
  Request request;
  CLI::App app{"Explores schedules of threads one step at a time and tells what is wrong in them.",
               "stress/run --hunt"};
  describe(app, request);
  app.footer(
      "Examples:\n"
      "  stress/run --hunt                                   every implementation, a second for each attack\n"
      "  stress/run --hunt kv_store/striped --seconds 10\n"
      "  stress/run --hunt my_program.cpp                    an ordinary program: its main is explored\n"
      "  stress/run --hunt --broken cache                    the broken ones, which must be found\n"
      "Exit codes: 0 nothing found, 1 found, 66 nothing but races found, 2 usage, 3 a hunt did not end.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  bool known_strategies = true;
  const HuntOptions options = options_of(request, known_strategies);
  if (!known_strategies) return exit_usage;
  const std::vector<Target> all = targets();
  if (!request.token.empty()) return run_again(all, options, request);
  if (request.campaigns > 0) request.broken = all.front().broken || all.size() > 1;
  const std::vector<const Target*> some = choose(all, request);
  if (some.empty()) {
    std::vector<std::string> names;
    for (const Target& target : all) names.push_back(target.scenario.name);
    fmt::print(stderr, "hunt: nothing is called '{}'; did you mean '{}'? --list shows all.\n", request.what,
               nearest_name(request.what, names));
    return exit_usage;
  }
  if (request.list) {
    for (const Target* target : some) fmt::print("{}\n", target->scenario.name);
    return exit_ok;
  }
  if (request.campaigns > 0) return print_kill_table(some, options, request.campaigns, request.json_file);
  return run_all(some, options, request);
}

}  // namespace contend::hunt
