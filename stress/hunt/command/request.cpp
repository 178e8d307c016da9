#include "stress/hunt/command/request.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <thread>

#include "impls/base/nearest.hpp"

namespace contend::hunt {
namespace {

struct Shard {
  std::size_t part;  // from 1
  std::size_t parts;
};
std::optional<Shard> shard_of(const std::string& text) {
  Shard shard{0, 0};
  const char* const end = text.data() + text.size();
  const auto [slash, part_error] = std::from_chars(text.data(), end, shard.part);
  if (part_error != std::errc() || slash == end || *slash != '/') return std::nullopt;
  const auto [rest, parts_error] = std::from_chars(slash + 1, end, shard.parts);
  if (parts_error != std::errc() || rest != end || shard.part < 1 || shard.part > shard.parts) return std::nullopt;
  return shard;
}

bool chosen(const Target& target, const Request& request) {
  const std::string& name = target.scenario.name;
  if (target.broken != request.broken || (target.broken && !target.must_catch)) return false;
  if (!request.attack.empty() && !name.ends_with("/" + request.attack)) return false;
  return request.what.empty() || name == request.what || name.starts_with(request.what + "/");
}

}  // namespace

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
  app.add_flag("--weak", request.may.weak, "loads may see older stores, as C++20 allows");
  app.add_flag("--leaks", request.watched.leaks, "memory that nobody can reach at the end is a find");
  app.add_flag("--spurious", request.may.spurious, "waits may end, and weak compare-and-swaps may fail, for no reason");
  app.add_flag("--time-jumps", request.may.time_jumps,
               "deadlines may come at any step, while others are in the middle");
  app.add_flag("--failing-allocations", request.failing_allocations,
               "in every other execution an allocation fails; to end of it is no find");
  app.add_flag_callback("--no-races", [&request] { request.watched.races = false; }, "data races alone are no find");
  app.add_option("--jobs", request.jobs, "targets at a time; 0: one for each core")->check(CLI::Range(0, 256));
  app.add_option("--shard", request.shard, "i/n: the i-th of n parts of the targets, for as many machines")
      ->check(
          [](const std::string& text) { return shard_of(text) ? "" : "'" + text + "' is no i/n with 1 <= i <= n"; });
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
  options.campaign.may = request.may;
  options.campaign.watched = request.watched;
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

std::vector<const Target*> choose(const std::vector<Target>& all, const Request& request) {
  std::vector<const Target*> some;
  for (const Target& target : all) {
    if (chosen(target, request)) some.push_back(&target);
  }
  const auto [part, parts] = shard_of(request.shard).value_or(Shard{1, 1});
  std::vector<const Target*> own;
  for (std::size_t i = 0; i < some.size(); ++i) {
    if (i % parts == part - 1) own.push_back(some[i]);
  }
  return own;
}

}  // namespace contend::hunt
