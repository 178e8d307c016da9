#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stress/linearizability/checker.hpp"
#include "stress/linearizability/shrink.hpp"
#include "stress/round/round.hpp"

namespace contend {

// What a history must show, where more or less than "linearizable" is asked.
struct HistoryClaim {
  bool promised = true;  // false: an illegal history is counted, and allowed
  CheckLimits limits{};
  std::string context{};  // for people, before the calls: with what the instance was made
};

// A call for people.
struct ToldCall {
  int thread = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string text;
};
// The last dozen calls of an illegal history, a line each.
std::string tell_illegal(std::vector<ToldCall> calls);

// Checks a history against a model and says in the round what came out: calls checked, histories that no order explains
// (shrunk and told as evidence), histories that the checker gave up. The one way from a history to a verdict.
// `describe(operation)` tells an operation without its thread and time.
template <class Model, class Describe>
void judge_history(Round& round, const std::vector<Timed<typename Model::Operation>>& history, Describe describe,
                   Model model = {}, const HistoryClaim& claim = {}) {
  Outcomes::Counter& calls = round.required("calls checked", "given to the checker");
  Outcomes::Counter& illegal = round.forbidden_if(claim.promised, "illegal histories", "no order explains the answers");
  Outcomes::Counter& undecided = round.allowed("undecided histories", "the checker ran out of steps");
  calls.add(history.size());
  switch (LinearizabilityChecker<Model>(model, claim.limits).check(history).verdict) {
    case Verdict::ok:
      return;
    case Verdict::unknown:
      ++undecided;
      round.conclude(Verdict::unknown, "a history was too hard to decide");
      return;
    case Verdict::illegal:
      ++illegal;
      break;
  }
  if (!claim.promised || round.evidence_given()) return;
  std::vector<ToldCall> told;
  for (const auto& timed : smallest_illegal_part<Model>(history, model, claim.limits)) {
    told.push_back({timed.thread, timed.begin, timed.end, describe(timed.operation)});
  }
  round.conclude(Verdict::illegal, claim.context + tell_illegal(std::move(told)));
}

}  // namespace contend
