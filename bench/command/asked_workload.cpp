#include "bench/command/asked_workload.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/nearest.hpp"

namespace contend {
namespace {

// The part of "kv_store" or "kv_store/striped" that names the system.
std::string_view system_of(std::string_view name) {
  return name.substr(0, name.find('/'));
}

// The one system that is asked for.
std::string only_system(const std::vector<std::string>& what) {
  std::vector<std::string> systems;
  for (const std::string& name : what) systems.emplace_back(system_of(name));
  std::ranges::sort(systems);
  systems.erase(std::ranges::unique(systems).begin(), systems.end());
  if (systems.size() == 1) return systems.front();
  throw std::invalid_argument("--workload does not say of which system it is; write kv_store:get=80,set=20, say.");
}

}  // namespace

void take_asked_workload(Asked& options) {
  const std::string text = options.workload;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos && text.find('=') == std::string::npos) return;  // a plain name
  const std::string name = colon == std::string::npos ? only_system(options.what) : text.substr(0, colon);
  std::vector<std::string> names;
  for (const BenchSystem& system : bench_systems()) names.push_back(system.name);
  const auto place = std::ranges::find(names, name);
  if (place == names.end()) {
    throw std::invalid_argument(
        fmt::format("no system is called '{}'; did you mean '{}'?", name, nearest_name(name, names)));
  }
  if (!std::ranges::all_of(options.what, [&](const std::string& asked) { return system_of(asked) == name; })) {
    throw std::invalid_argument(fmt::format("the workload {} is for {} alone.", text, name));
  }
  try {
    const std::string words = text.substr(colon == std::string::npos ? 0 : colon + 1);
    options.workload = bench_systems()[static_cast<std::size_t>(place - names.begin())].ask(words);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("{}: {} --list {} shows all its words.", name, error.what(), name));
  }
  if (options.what.empty()) options.what = {name};
}

}  // namespace contend
