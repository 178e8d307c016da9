#pragma once

#include <string>
#include <vector>

#include "stress/hunt/explore/scenario.hpp"

namespace contend::hunt {

// What this program can explore: the attacks of the systems that are linked to it, or the one program that is.
struct Target {
  Scenario scenario;
  bool broken = false;
  bool must_catch = false;  // a broken one under the attack that must catch it
};
std::vector<Target> targets();

// With this a program may return what it likes: how often each value was seen is the result, for litmus tests.
void count_outcomes();
// By value, of those that fit in a byte; all zero where nobody counts.
std::vector<std::uint64_t> counted_outcomes();

}  // namespace contend::hunt
