#include "stress/driver/attack.hpp"

#include <algorithm>
#include <iterator>

namespace contend {

std::vector<std::function<StressSystem()>>& stress_system_sources() {
  static std::vector<std::function<StressSystem()>> sources;
  return sources;
}

std::vector<StressSystem> stress_systems() {
  std::vector<StressSystem> systems;
  for (const auto& source : stress_system_sources()) systems.push_back(source());
  return systems;
}

std::vector<StressTarget> stress_targets() {
  std::vector<StressTarget> targets;
  for (StressSystem& system : stress_systems()) std::ranges::move(system.targets, std::back_inserter(targets));
  return targets;
}

}  // namespace contend
