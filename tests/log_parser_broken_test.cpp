// Every broken log parser is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/log_parser/log_parser.hpp"
#include "tests/support/broken.hpp"

namespace contend::log_parser {
namespace {

class BrokenLogParserTest : public testing::TestWithParam<BrokenImplementation<LogParser>> {};
TEST_P(BrokenLogParserTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenLogParserTest, testing::ValuesIn(broken_implementations<LogParser>()),
                         broken_name<LogParser>);

TEST(LogParserRegistryTest, HasReferenceAndAtLeastSevenMoreDesignsAndFiveBrokenOnes) {
  expect_registered<LogParser>(8, 5);
}

}  // namespace
}  // namespace contend::log_parser
