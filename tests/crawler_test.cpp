// The rules of the crawler over every implementation, one story a file in tests/crawler: all are tests of CrawlerTest.

#include "impls/crawler/crawler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

INSTANTIATE_TEST_SUITE_P(Implementations, CrawlerTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(CrawlerTest, BadOptionsAreRefusedByName) {
  const auto refused = [](auto change, const std::string& field) {
    Crawler::Options options;
    change(options);
    EXPECT_THAT([&] { GetParam().make(options); },
                testing::ThrowsMessage<std::invalid_argument>(testing::HasSubstr(field)));
  };
  refused([](Crawler::Options& o) { o.workers = 0; }, "workers is 0");
  refused([](Crawler::Options& o) { o.workers = 257; }, "workers is 257");
  refused([](Crawler::Options& o) { o.in_flight = 0; }, "in_flight");
  refused([](Crawler::Options& o) { o.max_pages = 0; }, "max_pages");
  refused([](Crawler::Options& o) { o.host_delay_ns = -1; }, "host_delay_ns is -1");
  refused([](Crawler::Options& o) { o.timeouts.total_ns = 0; }, "timeouts.total_ns");
  refused([](Crawler::Options& o) { o.deadline_ns = 0; }, "deadline_ns");
  refused([](Crawler::Options& o) { o.retry.attempts = 0; }, "retry.attempts");
  refused([](Crawler::Options& o) { o.body_limit = 0; }, "body_limit");
  refused([](Crawler::Options& o) { o.user_agent = "two words"; }, "user_agent");
}

}  // namespace
}  // namespace contend::crawler
