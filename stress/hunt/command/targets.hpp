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

}  // namespace contend::hunt
