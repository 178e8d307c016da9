#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace contend {

std::vector<FuzzTarget>& fuzz_targets() {
  static std::vector<FuzzTarget> targets;
  return targets;
}

bool register_fuzz_target(std::string_view name, void (*run)(std::string_view bytes)) {
  auto& targets = fuzz_targets();
  targets.insert(std::ranges::upper_bound(targets, name, {}, &FuzzTarget::name), {name, run});
  return true;
}

}  // namespace contend
