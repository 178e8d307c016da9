#include "stress/support/attack.hpp"

#include <algorithm>

namespace contend {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::illegal:
      return "ILLEGAL";
    case Verdict::unknown:
      return "unknown";
  }
  return "?";
}

std::string_view to_string(Expectation expectation) {
  switch (expectation) {
    case Expectation::required:
      return "required";
    case Expectation::allowed:
      return "allowed";
    case Expectation::forbidden:
      return "forbidden";
  }
  return "?";
}

void AttackReport::add(std::string result, std::uint64_t samples, Expectation expectation, std::string meaning) {
  const bool wrong =
      (expectation == Expectation::forbidden && samples > 0) || (expectation == Expectation::required && samples == 0);
  if (wrong) conclude(Verdict::illegal, result + ": " + meaning);
  rows.push_back({std::move(result), samples, expectation, std::move(meaning)});
}

void AttackReport::conclude(Verdict found, const std::string& why) {
  const bool worse = (found == Verdict::illegal && verdict != Verdict::illegal) ||
                     (found == Verdict::unknown && verdict == Verdict::ok);
  if (!worse) return;
  verdict = found;
  evidence = why + (evidence.empty() ? "" : "\n" + evidence);
}

std::vector<TargetSource>& target_sources() {
  static std::vector<TargetSource> sources;
  return sources;
}

std::vector<StressTarget> stress_targets() {
  std::vector<StressTarget> targets;
  for (const TargetSource& source : target_sources()) std::ranges::move(source(), std::back_inserter(targets));
  return targets;
}

}  // namespace contend
