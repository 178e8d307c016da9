// Every broken ledger is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/ledger/ledger.hpp"
#include "tests/support/broken.hpp"

namespace contend::ledger {
namespace {

class BrokenLedgerTest : public testing::TestWithParam<BrokenImplementation<Ledger>> {};
TEST_P(BrokenLedgerTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenLedgerTest, testing::ValuesIn(broken_implementations<Ledger>()),
                         broken_name<Ledger>);

TEST(LedgerRegistryTest, HasReferenceAndAtLeastFiveMoreDesignsAndFiveBrokenOnes) {
  expect_registered<Ledger>(6, 5);
}

}  // namespace
}  // namespace contend::ledger
