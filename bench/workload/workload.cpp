#include "bench/workload/workload.hpp"

namespace contend {

std::vector<std::function<BenchSystem()>>& bench_system_sources() {
  static std::vector<std::function<BenchSystem()>> sources;
  return sources;
}

std::vector<BenchSystem> bench_systems() {
  std::vector<BenchSystem> systems;
  for (const auto& source : bench_system_sources()) systems.push_back(source());
  return systems;
}

std::vector<BenchInput>& bench_inputs() {
  static std::vector<BenchInput> inputs;
  return inputs;
}

std::string BenchSystem::Implementation::peer_mark() const {
  if (!is_peer) return "";
  return contract.technique == "hand_written" ? "hand-written" : std::string(contract.technique);
}

std::string BenchTraits::speed_unit() const {
  return (unit_scale == 1e9 ? "G" : unit_scale == 1e6 ? "M" : unit_scale == 1e3 ? "k" : "") + unit + "/s";
}

}  // namespace contend
