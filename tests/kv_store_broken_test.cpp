// Every broken store is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/kv_store/kv_store.hpp"
#include "tests/support/broken.hpp"

namespace contend {
namespace {

class BrokenKvStoreTest : public testing::TestWithParam<BrokenImplementation<KvStore>> {};
TEST_P(BrokenKvStoreTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenKvStoreTest, testing::ValuesIn(broken_implementations<KvStore>()),
                         broken_name<KvStore>);

TEST(KvStoreRegistryTest, HasReferenceAndAtLeastFiveMoreDesignsAndFiveBrokenOnes) {
  expect_registered<KvStore>(6, 5);
}

}  // namespace
}  // namespace contend
