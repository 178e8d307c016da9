#include "stress/driver/kills.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "stress/driver/watchdog.hpp"

namespace contend {
namespace {

constexpr int exit_illegal = 10;  // no code with which a sanitizer ends a process
constexpr std::array sanitizer_exits{1, 66};
constexpr auto attempt_time = std::chrono::milliseconds(500);

// How long may pass before what does not move is called hung: not long where a hang is what must come.
std::chrono::seconds patience_for(const StressTarget& target) {
  return std::chrono::seconds(target.ending == Ending::verdict ? 60 : 5);
}

// In the child: what the attack saw goes the same way as the reports of watchdog and sanitizers.
int attempt(const StressTarget& target, const AttackOptions& options) {
  const Watchdog watchdog(target.name(), patience_for(target));
  const AttackReport report = target.run(options);
  if (report.verdict != Verdict::illegal) return 0;
  for (const OutcomeRow& row : report.rows) {
    if (row.expectation != Expectation::forbidden || row.samples == 0) continue;
    fmt::print(stderr, "{}, {} times: {}\n", row.result, row.samples, row.meaning);
  }
  fmt::print(stderr, "{}\n", report.evidence);
  return exit_illegal;
}

Killer killer_of(const ChildEnd& end) {
  if (end.exit_code == 0) return Killer::nobody;
  if (end.exit_code == exit_illegal) return Killer::verdict;
  if (std::ranges::count(sanitizer_exits, end.exit_code) > 0) return Killer::sanitizer;
  if (end.exit_code != exit_hang) return Killer::crash;
  return end.output.find("deadlock:") == end.output.npos ? Killer::hang : Killer::deadlock;
}

std::size_t name_column(const std::vector<StressTarget>& targets) {
  std::size_t widest = 6;
  for (const StressTarget& target : targets) widest = std::max(widest, target.name().size());
  return widest;
}

}  // namespace

std::string_view to_string(Killer killer) {
  switch (killer) {
    case Killer::nobody:
      return "MISSED";
    case Killer::verdict:
      return "violation";
    case Killer::deadlock:
      return "deadlock";
    case Killer::hang:
      return "hang";
    case Killer::sanitizer:
      return "sanitizer";
    case Killer::crash:
      return "crash";
  }
  return "?";
}

Kill try_to_kill(const StressTarget& target, const AttackOptions& options, const std::vector<int>& threads) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Kill kill;
  std::size_t attempts = 0;
  do {
    AttackOptions mine = options;
    mine.duration = std::min<std::chrono::nanoseconds>(options.duration, attempt_time);
    mine.threads = threads[attempts % threads.size()];
    mine.seed += attempts * 10'000;  // rounds count their seeds on from here
    const ChildEnd end = run_in_child([&] { return attempt(target, mine); }, std::chrono::minutes(2));
    kill = {killer_of(end), mine.threads, mine.seed, std::chrono::duration<double>(Clock::now() - start).count(),
            end.output};
    ++attempts;
  } while (kill.by == Killer::nobody && Clock::now() - start < options.duration);
  return kill;
}

std::string kill_table_head(const std::vector<StressTarget>& targets) {
  return fmt::format("{:<{}} {:<16} {:<9} {:>7}\n", "broken", name_column(targets), "attack", "caught by", "after");
}

std::string kill_table_row(const std::vector<StressTarget>& targets, const StressTarget& target, const Kill& kill) {
  return fmt::format("{:<{}} {:<16} {:<9} {:>5.2f} s\n", target.name(), name_column(targets), target.attack,
                     to_string(kill.by), kill.seconds);
}

nlohmann::json kill_json(const StressTarget& target, const Kill& kill) {
  return {{"system", target.system},
          {"implementation", target.implementation},
          {"bug", target.summary},
          {"attack", target.attack},
          {"caught", kill.by != Killer::nobody},
          {"caught_by", kill.by == Killer::nobody ? "" : std::string(to_string(kill.by))},
          {"seconds", kill.seconds},
          {"threads", kill.threads},
          {"seed", kill.seed}};
}

}  // namespace contend
