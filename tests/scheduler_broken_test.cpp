// Every broken scheduler is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/scheduler/scheduler.hpp"
#include "tests/support/broken.hpp"

namespace contend::scheduler {
namespace {

class BrokenSchedulerTest : public testing::TestWithParam<BrokenImplementation<Scheduler>> {};
TEST_P(BrokenSchedulerTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenSchedulerTest, testing::ValuesIn(broken_implementations<Scheduler>()),
                         broken_name<Scheduler>);

TEST(SchedulerRegistryTest, HasReferenceAndAtLeastSixMoreDesignsAndSevenBrokenOnes) {
  expect_registered<Scheduler>(7, 7);
}

}  // namespace
}  // namespace contend::scheduler
