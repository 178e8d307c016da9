// Every broken crawler is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/crawler/crawler.hpp"
#include "tests/support/broken.hpp"

namespace contend::crawler {
namespace {

class BrokenCrawlerTest : public testing::TestWithParam<BrokenImplementation<Crawler>> {};
TEST_P(BrokenCrawlerTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenCrawlerTest, testing::ValuesIn(broken_implementations<Crawler>()),
                         broken_name<Crawler>);

TEST(CrawlerRegistryTest, HasReferenceAndAtLeastSevenMoreDesignsAndSixBrokenOnes) {
  expect_registered<Crawler>(8, 6);
}

}  // namespace
}  // namespace contend::crawler
