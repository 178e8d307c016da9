#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "impls/base/lacking.hpp"
#include "impls/base/registry.hpp"

namespace contend {

// Names the instances of a test that runs over every implementation: `Suite/Test/striped`.
template <class System>
std::string implementation_name(const testing::TestParamInfo<Implementation<System>>& instance) {
  return std::string(instance.param.name);
}

// The seed of a randomised test: CONTEND_SEED from the environment, so that a failure can be repeated, or `usual`.
inline std::uint64_t test_seed(std::uint64_t usual) {
  const char* chosen = std::getenv("CONTEND_SEED");  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return chosen == nullptr ? usual : std::strtoull(chosen, nullptr, 10);
}

}  // namespace contend

// The first line of a test that needs parts of the interface which not every implementation offers.
#define CONTEND_NEEDS(...)                                                                                      \
  if (const std::string lack = ::contend::lacking(GetParam().guarantees.offered, {__VA_ARGS__}); !lack.empty()) \
  GTEST_SKIP() << "not asked: " << lack
