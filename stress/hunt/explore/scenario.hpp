#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stress/hunt/runtime/plan.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {

// What a scenario draws its own numbers from: one workload, and many schedules of it.
struct Workload {
  std::uint64_t seed = 1;
  int largest = 0;  // no measure of it is larger than this; 0: as the seed says
  bool operator==(const Workload&) const = default;
};

// Something that threads do and that can be done again and again. It runs in the execution, on its first thread; what is
// wrong it says by found().
struct Scenario {
  std::string name;
  std::function<void(const Workload&)> run;
  bool has_workloads = false;  // whether another seed makes any difference
};

// Makes this process one that explores. Once, before anything is run.
struct Setting {
  Switching switching = Switching::fibers;
};
void enter_hunt(const Setting& setting);

// One execution. Everything of the program that it changed is put back before the next one.
const Execution& run_once(const Scenario& scenario, const Workload& workload, const Plan& plan);
// What the last one decided otherwise than by default: a guided plan with these repeats it.
std::vector<Decision> decisions_of_last();

}  // namespace contend::hunt
