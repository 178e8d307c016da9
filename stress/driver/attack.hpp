#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "impls/base/registry.hpp"
#include "stress/driver/campaign.hpp"

namespace contend {

// What is attacked: an honest implementation or a broken one.
template <class System>
struct Subject {
  std::string_view name;
  typename System::Guarantees guarantees;
  std::function<std::unique_ptr<System>(const typename System::Options&)> make;
};

// A way to provoke and notice wrong behaviour of a system under concurrent use: one round of it.
template <class System>
struct Attack {
  std::string_view name;
  std::string_view summary;
  std::function<void(const Subject<System>&, Round&)> round;
  // Whether a design with these guarantees promises anything that the attack could break; empty: every design does.
  std::function<bool(const typename System::Guarantees&)> applies = {};
};

// How a broken implementation gives itself away: by what it answers, sooner or later by a deadlock between threads, or
// by a crash or another hang. All but the first end the process, so the proof runs in a child.
enum class Ending : std::uint8_t { verdict, deadlock, stop };

// An implementation with one deliberate, named bug, which must be caught. Kept apart from the honest ones.
template <class System>
struct BrokenImplementation {
  std::string_view name;
  int number = 0;                            // in the catalogue of bugs
  std::string_view bug;                      // what is wrong
  std::string_view rule;                     // what it breaks
  std::string_view caught_by;                // the attack that must catch it
  typename System::Guarantees guarantees{};  // what it claims
  Ending ending = Ending::verdict;
  std::function<std::unique_ptr<System>(const typename System::Options&)> make{};
};

template <class System>
std::vector<Attack<System>>& attacks() {
  static std::vector<Attack<System>> all;
  return all;
}
template <class System>
std::vector<BrokenImplementation<System>>& broken_implementations() {
  static std::vector<BrokenImplementation<System>> all;
  return all;
}

template <class System>
bool register_attack(Attack<System> attack) {
  attacks<System>().push_back(std::move(attack));
  return true;
}
// `Broken` is made from the options, or from nothing; where it is void, `make` makes it.
template <class System, class Broken = void>
bool register_broken(BrokenImplementation<System> broken) {
  if constexpr (!std::is_void_v<Broken>) {
    broken.make = [](const typename System::Options& options) -> std::unique_ptr<System> {
      if constexpr (std::is_constructible_v<Broken, const typename System::Options&>) {
        return std::make_unique<Broken>(options);
      } else {
        return std::make_unique<Broken>();
      }
    };
  }
  broken_implementations<System>().push_back(std::move(broken));
  return true;
}

// One implementation under one attack, with the system's type erased: what drivers work on.
struct StressTarget {
  std::string_view system;
  std::string_view implementation;
  std::string_view attack;
  std::string_view summary;
  bool broken = false;
  bool must_catch = false;  // a broken implementation under the attack that must catch it
  Ending ending = Ending::verdict;
  std::function<void(Round&)> round = {};

  std::string name() const { return std::string(system) + "/" + std::string(implementation); }
  AttackReport run(const AttackOptions& options) const { return run_campaign(round, options); }
};

// A system with its type erased.
struct StressSystem {
  struct Design {
    std::string_view name;
    Contract contract;
  };
  std::string_view name;
  std::vector<Design> designs;
  std::vector<std::string_view> attacks;
  std::vector<std::string_view> broken;
  std::vector<StressTarget> targets;
};

std::vector<std::function<StressSystem()>>& stress_system_sources();
// All systems. Call it after main has begun, when everything has registered.
std::vector<StressSystem> stress_systems();
// All targets of all systems.
std::vector<StressTarget> stress_targets();

template <class System>
StressSystem describe_stress_system(std::string_view name) {
  StressSystem system{name, {}, {}, {}, {}};
  for (const Attack<System>& attack : attacks<System>()) {
    system.attacks.push_back(attack.name);
    const auto applies = [&](const auto& guarantees) { return !attack.applies || attack.applies(guarantees); };
    const auto add = [&](StressTarget target, const Subject<System>& subject) {
      if (!applies(subject.guarantees)) return;
      target.round = [&attack, subject](Round& round) { attack.round(subject, round); };
      system.targets.push_back(std::move(target));
    };
    for (const Implementation<System>& design : implementations<System>()) {
      add({name, design.name, attack.name, attack.summary}, {design.name, design.guarantees, design.make});
    }
    for (const BrokenImplementation<System>& broken : broken_implementations<System>()) {
      const bool must_catch = broken.caught_by == attack.name;
      add({name, broken.name, attack.name, broken.bug, true, must_catch, broken.ending},
          {broken.name, broken.guarantees, broken.make});
    }
  }
  for (const auto& design : implementations<System>()) system.designs.push_back({design.name, design.contract});
  for (const auto& broken : broken_implementations<System>()) system.broken.push_back(broken.name);
  return system;
}

template <class System>
bool register_stress_system(std::string_view name) {
  stress_system_sources().push_back([name] { return describe_stress_system<System>(name); });
  return true;
}

}  // namespace contend
