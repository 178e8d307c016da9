#include "stress/hunt/runtime/choices.hpp"

#include "stress/hunt/recording/branches.hpp"
#include "stress/hunt/recording/signature.hpp"

namespace contend::hunt {
namespace {

const Decision* planned(const Thread& running, Decision::What what) {
  const Plan& plan = scheduler.plan;
  for (std::size_t i = 0; i < plan.decision_count; ++i) {
    const Decision& decision = plan.decisions[i];
    if (decision.thread == running.number && decision.ordinal == running.ordinal && decision.what == what) {
      return &decision;
    }
  }
  return nullptr;
}

}  // namespace

void record_decision(const Thread& running, Decision::What what, std::uint32_t value) {
  if (scheduler.decision_count == most_decisions) {
    scheduler.execution.decisions_complete = false;
    return;
  }
  scheduler.decisions[scheduler.decision_count++] = {running.number, running.ordinal, what, value};
}

Thread* guided_next(const Thread& running, Thread* by_default) {
  const Decision* const decision = planned(running, Decision::What::run);
  if (decision == nullptr) return by_default;
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
    if (scheduler.runnable[i]->number == decision->value) return scheduler.runnable[i];
  }
  return by_default;
}

std::uint32_t choose_alternative(Decision::What what, std::uint32_t count) {
  Thread& self = *scheduler.current;
  ++self.ordinal;
  std::uint32_t chosen = 0;
  if (scheduler.plan.strategy == Strategy::guided) {
    const Decision* const decision = planned(self, what);
    if (decision != nullptr && decision->value < count) chosen = decision->value;
  } else if (count > 1) {
    chosen = scheduler.other_random.below(count);
  }
  if (scheduler.plan.branching && count > 1) branch_to_value(self, what, count, chosen);
  if (chosen != 0) record_decision(self, what, chosen);
  sign_choice(self, chosen);
  return chosen;
}

bool choose_fault(std::uint32_t rarity) {
  Thread& self = *scheduler.current;
  ++self.ordinal;
  const bool fails = scheduler.plan.strategy == Strategy::guided ? planned(self, Decision::What::fault) != nullptr
                                                                 : scheduler.other_random.below(rarity) == 0;
  if (scheduler.plan.branching) branch_to_value(self, Decision::What::fault, 2, fails ? 1 : 0);
  if (fails) record_decision(self, Decision::What::fault, 1);
  sign_choice(self, fails ? 1 : 0);
  return fails;
}

}  // namespace contend::hunt
