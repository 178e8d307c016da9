#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>

#include "impls/base/registry.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/watchdog.hpp"

namespace contend {

template <class System>
void PrintTo(const BrokenImplementation<System>& broken, std::ostream* out) {
  *out << broken.name;
}

template <class System>
std::string broken_name(const testing::TestParamInfo<BrokenImplementation<System>>& instance) {
  return std::string(instance.param.name);
}

// A minute of attacks. Nearly all are caught within a second, also on one core.
inline constexpr std::uint64_t most_attempts = 120;

// Runs the attack that must catch a broken implementation, for a bounded time, with new seeds until it does. Where the
// bug may end the process, that happens in a child, and a deadlock must be explained by its circle of waits.
template <class System>
void expect_caught(const BrokenImplementation<System>& broken) {
  const auto attack = std::ranges::find(attacks<System>(), broken.caught_by, &Attack<System>::name);
  ASSERT_NE(attack, attacks<System>().end()) << "no attack is called " << broken.caught_by;
  const auto run = [&](std::uint64_t seed) {
    return attack->run(subject_of(broken), {std::chrono::milliseconds(500), 4, seed});
  };
  for (std::uint64_t seed = 1; seed <= most_attempts; ++seed) {
    if (broken.ending != Ending::verdict) {
      const ChildEnd end = run_in_child(
          [&] {
            const Watchdog watchdog(std::string(broken.name), std::chrono::seconds(5));
            return run(seed).verdict == Verdict::illegal ? 1 : 0;
          },
          std::chrono::seconds(30));
      if (end.exit_code == exit_hang && broken.ending == Ending::deadlock) {
        EXPECT_NE(end.output.find("deadlock:"), std::string::npos) << end.output;
      }
      if (end.exit_code != 0) return;  // hung, found illegal, stopped by a sanitizer, or ended by a signal
    } else if (run(seed).verdict == Verdict::illegal) {
      return;
    }
  }
  ADD_FAILURE() << broken.name << " was not caught by " << broken.caught_by;
}

template <class System>
void expect_registered(std::size_t least_designs, std::size_t least_broken) {
  EXPECT_NE(Registry<System>::instance().find("reference"), nullptr);
  EXPECT_GE(implementations<System>().size(), least_designs);
  EXPECT_GE(broken_implementations<System>().size(), least_broken);
  for (const Implementation<System>& implementation : implementations<System>()) {
    const Contract& contract = implementation.contract;
    for (const std::string_view field :
         {contract.technique, contract.summary, contract.shared_state, contract.protected_by, contract.claim_point,
          contract.ordering, contract.progress, contract.shutdown, contract.failure, contract.complexity,
          contract.memory, contract.source}) {
      EXPECT_FALSE(field.empty()) << implementation.name << " leaves a field of its contract empty";
    }
  }
}

}  // namespace contend
