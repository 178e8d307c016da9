// Every broken cache is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/cache/cache.hpp"
#include "tests/support/broken.hpp"

namespace contend::cache {
namespace {

class BrokenCacheTest : public testing::TestWithParam<BrokenImplementation<Cache>> {};
TEST_P(BrokenCacheTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenCacheTest, testing::ValuesIn(broken_implementations<Cache>()),
                         broken_name<Cache>);

TEST(CacheRegistryTest, HasReferenceAndAtLeastSevenMoreDesignsAndEightBrokenOnes) {
  expect_registered<Cache>(8, 8);
}

}  // namespace
}  // namespace contend::cache
