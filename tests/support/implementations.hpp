#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

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

// One of them a line, each as CONTEND_NEEDS says it.
inline std::string joined_lines(const std::vector<std::string>& lacks) {
  std::string text;
  for (const std::string& lack : lacks) text += (text.empty() ? "" : "\nnot asked: ") + lack;
  return text;
}

}  // namespace contend

// The first line of a test, or of what sets it up, that needs the whole interface.
#define CONTEND_NEEDS_ALL()                                                                 \
  if (const auto lacks = ::contend::lacking(GetParam().guarantees.offered); !lacks.empty()) \
  GTEST_SKIP() << "not asked: " << ::contend::joined_lines(lacks)

// The first line of a test in which memory runs out inside a library that some implementations stand on.
#define CONTEND_SURVIVES() \
  if (const auto why = GetParam().contract.not_survived; !why.empty()) GTEST_SKIP() << why

// The first line of a test that needs parts of the interface which not every implementation offers.
#define CONTEND_NEEDS(...)                                                                                      \
  if (const std::string lack = ::contend::lacking(GetParam().guarantees.offered, {__VA_ARGS__}); !lack.empty()) \
  GTEST_SKIP() << "not asked: " << lack
