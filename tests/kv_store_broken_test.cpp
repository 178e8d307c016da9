// Every broken store is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/kv_store/kv_store.hpp"
#include "tests/support/broken.hpp"

namespace contend::kv_store {
namespace {

class BrokenKvStoreTest : public testing::TestWithParam<BrokenImplementation<Store>> {};
TEST_P(BrokenKvStoreTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenKvStoreTest, testing::ValuesIn(broken_implementations<Store>()),
                         broken_name<Store>);

TEST(KvStoreRegistryTest, HasReferenceAndAtLeastFiveMoreDesignsAndFiveBrokenOnes) {
  expect_registered<Store>(6, 5);
}

}  // namespace
}  // namespace contend::kv_store
