#include "stress/round/outcomes.hpp"

#include <algorithm>

#include "impls/base/check.hpp"

namespace contend {
namespace {

bool is_worse(Verdict found, Verdict than) {
  return (found == Verdict::illegal && than != Verdict::illegal) || (found == Verdict::unknown && than == Verdict::ok);
}

// What one row says by itself.
Verdict verdict_of(const OutcomeRow& row, bool whole_campaign) {
  if (row.expectation == Expectation::forbidden && row.samples > 0) return Verdict::illegal;
  if (whole_campaign && row.expectation == Expectation::required && row.samples == 0) return Verdict::unknown;
  return Verdict::ok;
}

}  // namespace

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

Outcomes::Counter& Outcomes::declare(Expectation expectation, std::string_view result, std::string_view meaning) {
  const auto known = std::ranges::find(outcomes_, result, &Outcome::result);
  if (known != outcomes_.end()) {
    CONTEND_CHECK(known->expectation == expectation, "one outcome has two expectations");
    return known->counter;
  }
  Outcome& outcome = outcomes_.emplace_back();
  outcome.result = result;
  outcome.expectation = expectation;
  outcome.meaning = meaning;
  return outcome.counter;
}

void Outcomes::conclude(Verdict found, const std::string& why) {
  const MutexLock lock(mutex_);
  if (!is_worse(found, concluded_)) return;
  concluded_ = found;
  evidence_ = why;
}

bool Outcomes::illegal() const {
  for (const Outcome& outcome : outcomes_) {
    if (outcome.expectation == Expectation::forbidden && outcome.counter.samples() > 0) return true;
  }
  return concluded();
}

void Outcomes::add(const Outcomes& other) {
  for (const Outcome& outcome : other.outcomes_) {
    declare(outcome.expectation, outcome.result, outcome.meaning).add(outcome.counter.samples());
  }
  const AttackReport seen = other.report_round();
  conclude(seen.verdict, seen.evidence);
}

AttackReport Outcomes::report(bool whole_campaign) const {
  AttackReport report;
  for (const Outcome& outcome : outcomes_) {
    report.rows.push_back({outcome.result, outcome.counter.samples(), outcome.expectation, outcome.meaning});
  }
  const MutexLock lock(mutex_);
  report.verdict = concluded_;
  report.evidence = evidence_;
  for (const OutcomeRow& row : report.rows) {
    const Verdict verdict = verdict_of(row, whole_campaign);
    if (!is_worse(verdict, report.verdict)) continue;
    report.verdict = verdict;
    report.evidence =
        (verdict == Verdict::unknown ? "never seen, so nothing is proved: " : "") + row.result + ": " + row.meaning;
  }
  return report;
}

}  // namespace contend
