#include "stress/hunt/command/reports.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "stress/hunt/tell/rules.hpp"

namespace contend::hunt {
namespace {

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

}  // namespace

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

}  // namespace contend::hunt
