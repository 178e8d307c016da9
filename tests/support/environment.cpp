// What holds for every test program.

#include <gtest/gtest.h>

#include "impls/base/hashing.hpp"
#include "tests/support/implementations.hpp"

namespace contend {
namespace {

// The same tables in every run, so that a failure can be repeated; another CONTEND_SEED gives others.
class HashSeed final : public testing::Environment {
  void SetUp() override { set_hash_seed(test_seed(1)); }
};
[[maybe_unused]] testing::Environment* const registered =
    testing::AddGlobalTestEnvironment(new HashSeed);  // gtest's now

}  // namespace
}  // namespace contend
