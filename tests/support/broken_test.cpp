// Of every system that is linked in: what must be registered, and that every broken implementation is caught by the
// attack that its registration names.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string>

#include "stress/driver/attack.hpp"
#include "stress/driver/kills.hpp"

namespace contend {

void PrintTo(const StressTarget& target, std::ostream* out) {
  *out << target.name();
}

namespace {

std::vector<StressTarget> targets_to_catch() {
  std::vector<StressTarget> found = stress_targets();
  std::erase_if(found, [](const StressTarget& target) { return !target.must_catch; });
  return found;
}

// A minute of attacks. Nearly all are caught within a second, also on one core.
constexpr AttackOptions a_minute{.duration = std::chrono::minutes(1), .seed = 10'000};

class BrokenTest : public testing::TestWithParam<StressTarget> {};
TEST_P(BrokenTest, IsCaught) {
  const StressTarget& target = GetParam();
  const Kill kill = try_to_kill(target, a_minute, {4});
  EXPECT_NE(kill.by, Killer::nobody) << target.name() << " was not caught by " << target.attack;
  // A deadlock must be explained by its cycle of waits, and what gives wrong answers must be caught by them.
  if (target.ending == Ending::deadlock) {
    EXPECT_NE(kill.by, Killer::hang) << kill.evidence;
  }
  if (target.ending == Ending::verdict) {
    EXPECT_EQ(kill.by, Killer::verdict) << kill.evidence;
  }
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenTest, testing::ValuesIn(targets_to_catch()),
                         [](const auto& instance) { return std::string(instance.param.implementation); });

TEST(RegistryTest, EverySystemHasItsReferenceDesignsBrokenOnesAndWholeContracts) {
  for (const StressSystem& system : stress_systems()) {
    SCOPED_TRACE(system.name);
    EXPECT_EQ(std::ranges::count(system.designs, "reference", &StressSystem::Design::name), 1);
    EXPECT_GE(system.designs.size(), 6U);
    EXPECT_GE(system.broken.size(), 5U);
    for (const auto& [name, contract] : system.designs) {
      for (const std::string_view field :
           {contract.technique, contract.summary, contract.shared_state, contract.protected_by, contract.claim_point,
            contract.ordering, contract.progress, contract.shutdown, contract.failure, contract.complexity,
            contract.memory, contract.source}) {
        EXPECT_FALSE(field.empty()) << name << " leaves a field of its contract empty";
      }
    }
  }
}

TEST(RegistryTest, EveryBrokenImplementationNamesOneAttackAndEveryAttackCatchesOne) {
  const std::vector<StressTarget> catches = targets_to_catch();
  for (const StressSystem& system : stress_systems()) {
    for (const std::string_view broken : system.broken) {
      EXPECT_EQ(std::ranges::count(catches, broken, &StressTarget::implementation), 1) << broken;
    }
    for (const std::string_view attack : system.attacks) {
      EXPECT_EQ(std::ranges::count(system.attacks, attack), 1) << attack << " is the name of two attacks";
      EXPECT_TRUE(std::ranges::any_of(
          catches, [&](const StressTarget& target) { return target.system == system.name && target.attack == attack; }))
          << attack << " has not been seen to catch anything";
    }
  }
}

}  // namespace
}  // namespace contend
