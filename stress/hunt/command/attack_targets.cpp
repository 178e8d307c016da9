// The attacks of the systems as scenarios: one round each, at the size at which schedules can be explored.

#include <fmt/core.h>

#include <source_location>

#include "impls/base/check.hpp"
#include "impls/base/hashing.hpp"
#include "stress/driver/attack.hpp"
#include "stress/hunt/command/targets.hpp"

namespace contend {

// In the place of the one that ends the process.
void check_failed(std::string_view condition, std::string_view meaning, std::source_location where) {
  const std::string text =
      fmt::format("broken invariant: {} ({}), {}:{}", meaning, condition, where.file_name(), where.line());
  if (hunt::current_thread() != nullptr) hunt::found(hunt::FindingKind::assertion, 0, text.c_str());
  hunt::give_up(text.c_str());
}

namespace hunt {
namespace {

void run_round(const StressTarget& target, const Workload& workload) {
  set_hash_seed(workload.seed);
  Round round(workload.seed, Scale::explored, 2);
  if (workload.largest > 0) round.limit_sizes(workload.largest);
  target.round(round);
  round.tell_counts();
  const AttackReport report = round.outcomes().report_round();
  if (report.verdict == Verdict::illegal) found(FindingKind::verdict, 0, report.evidence.c_str());
}

}  // namespace

std::vector<Target> targets() {
  std::vector<Target> all;
  for (const StressTarget& target : stress_targets()) {
    const std::string name = target.name() + "/" + std::string(target.attack);
    Scenario scenario{name, [target](const Workload& workload) { run_round(target, workload); }, true};
    all.push_back({std::move(scenario), target.broken, target.must_catch});
  }
  return all;
}

void count_outcomes() {}
std::vector<std::uint64_t> counted_outcomes() {
  return {};
}

}  // namespace hunt
}  // namespace contend
