#include "bench/engine/copies.hpp"

#include <fmt/core.h>

#include <cstdio>

namespace contend {

std::string slowed_name(int percent) {
  return fmt::format("reference, {} % slower", percent);
}

std::optional<int> slowed_percent(const std::string& implementation) {
  int percent = 0;
  if (std::sscanf(implementation.c_str(), "reference, %d", &percent) != 1) return std::nullopt;
  return slowed_name(percent) == implementation ? std::optional(percent) : std::nullopt;
}

}  // namespace contend
