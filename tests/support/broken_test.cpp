// Of every system that is linked in: what must be registered, and that every broken implementation is caught by the
// attack that its registration names.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string>

#include "stress/driver/attack.hpp"
#include "stress/driver/watchdog.hpp"

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
constexpr std::uint64_t most_attempts = 120;

AttackReport attempt(const StressTarget& target, std::uint64_t seed) {
  return target.run({.duration = std::chrono::milliseconds(500), .threads = 4, .seed = seed * 10'000});
}

// Where the bug may end the process, the attempt is made in a child, and a deadlock must be explained by its cycle of
// waits. Answers whether the bug showed.
bool shows_in_child(const StressTarget& target, std::uint64_t seed) {
  const ChildEnd end = run_in_child(
      [&] {
        const Watchdog watchdog(target.name(), std::chrono::seconds(5));
        return attempt(target, seed).verdict == Verdict::illegal ? 1 : 0;
      },
      std::chrono::seconds(30));
  if (end.exit_code == exit_hang && target.ending == Ending::deadlock) {
    EXPECT_NE(end.output.find("deadlock:"), std::string::npos) << end.output;
  }
  return end.exit_code != 0;  // hung, found illegal, stopped by a sanitizer, or ended by a signal
}

class BrokenTest : public testing::TestWithParam<StressTarget> {};
TEST_P(BrokenTest, IsCaught) {
  const StressTarget& target = GetParam();
  for (std::uint64_t seed = 1; seed <= most_attempts; ++seed) {
    if (target.ending != Ending::verdict) {
      if (shows_in_child(target, seed)) return;
    } else if (attempt(target, seed).verdict == Verdict::illegal) {
      return;
    }
  }
  ADD_FAILURE() << target.name() << " was not caught by " << target.attack;
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
