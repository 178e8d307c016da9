#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/registry.hpp"

namespace contend {

// What an attack concludes. `unknown` is an answer of its own: it is never shown as ok.
enum class Verdict : std::uint8_t { ok, illegal, unknown };
std::string_view to_string(Verdict verdict);

enum class Expectation : std::uint8_t { required, allowed, forbidden };
std::string_view to_string(Expectation expectation);

// One line of an outcome table: how often something was seen, and what that means.
struct OutcomeRow {
  std::string result;
  std::uint64_t samples = 0;
  Expectation expectation = Expectation::allowed;
  std::string meaning;
};

struct AttackReport {
  Verdict verdict = Verdict::ok;
  std::vector<OutcomeRow> rows;
  std::string evidence;  // for people: what was seen, small enough to read

  // Adds a row and judges it: a forbidden result that was seen, or a required one that was not, makes the report
  // illegal.
  void add(std::string result, std::uint64_t samples, Expectation expectation, std::string meaning);
  // Keeps the worse verdict and the first evidence.
  void conclude(Verdict found, const std::string& why);
};

struct AttackOptions {
  std::chrono::nanoseconds duration = std::chrono::seconds(1);
  int threads = 4;
  std::uint64_t seed = 1;
  bool preemption = true;                            // in every other round; false: never
  std::atomic<std::uint64_t>* operations = nullptr;  // counts what was completed, for who wants to know; null: nobody

  void count_operation() const {
    if (operations != nullptr) operations->fetch_add(1, std::memory_order_relaxed);
  }
};

// What is attacked: an honest implementation or a broken one.
template <class System>
struct Subject {
  std::string_view name;
  typename System::Guarantees guarantees;
  std::function<std::unique_ptr<System>(const typename System::Options&)> make;
};

// A way to provoke and notice wrong behaviour of a system under concurrent use.
template <class System>
struct Attack {
  std::string_view name;
  std::string_view summary;
  std::function<AttackReport(const Subject<System>&, const AttackOptions&)> run;
};

// How a broken implementation gives itself away: by what it answers, sooner or later by a deadlock between threads, or
// by a crash or another hang. All but the first end the process, so the proof runs in a child.
enum class Ending : std::uint8_t { verdict, deadlock, stop };

// An implementation with one deliberate, named bug, which must be caught. Kept apart from the honest ones.
template <class System>
struct BrokenImplementation {
  std::string_view name;
  int number = 0;                          // in the catalogue of bugs
  std::string_view bug;                    // what is wrong
  std::string_view rule;                   // what it breaks
  std::string_view caught_by;              // the attack that must catch it
  typename System::Guarantees guarantees;  // what it claims
  std::function<std::unique_ptr<System>(const typename System::Options&)> make;
  Ending ending = Ending::verdict;
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
template <class System>
bool register_broken(BrokenImplementation<System> broken) {
  broken_implementations<System>().push_back(std::move(broken));
  return true;
}

template <class System>
Subject<System> subject_of(const Implementation<System>& implementation) {
  return {implementation.name, implementation.guarantees, implementation.make};
}
template <class System>
Subject<System> subject_of(const BrokenImplementation<System>& broken) {
  return {broken.name, broken.guarantees, broken.make};
}

// One implementation under one attack, with the system's type erased: what the command line works on.
struct StressTarget {
  std::string_view system;
  std::string_view implementation;
  std::string_view attack;
  std::string_view summary;
  bool broken = false;
  bool deadlocks = false;  // a broken implementation under the attack in which it must deadlock
  std::function<AttackReport(const AttackOptions&)> run;
};

using TargetSource = std::function<std::vector<StressTarget>()>;
std::vector<TargetSource>& target_sources();
// All targets of all systems. Call it after main has begun, when everything has registered.
std::vector<StressTarget> stress_targets();

template <class System>
bool register_stress_system(std::string_view system) {
  target_sources().push_back([system] {
    std::vector<StressTarget> targets;
    for (const Attack<System>& attack : attacks<System>()) {
      for (const Implementation<System>& implementation : implementations<System>()) {
        targets.push_back(
            {system, implementation.name, attack.name, attack.summary, false, false,
             [&](const AttackOptions& options) { return attack.run(subject_of(implementation), options); }});
      }
      for (const BrokenImplementation<System>& broken : broken_implementations<System>()) {
        targets.push_back({system, broken.name, attack.name, broken.bug, true,
                           broken.caught_by == attack.name && broken.ending == Ending::deadlock,
                           [&](const AttackOptions& options) { return attack.run(subject_of(broken), options); }});
      }
    }
    return targets;
  });
  return true;
}

}  // namespace contend
