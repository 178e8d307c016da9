// Pages that are slow or fail: timeouts, the deadline, and retries.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

// --- timeouts and deadline ---

TEST_P(CrawlerTest, EachTimeoutEndsAFetch) {
  site.set(lab + "/", links({"/connect", "/first", "/total", "/slow"}));
  SitePage page = links({});
  page.connect_ns = 11 * second;
  site.set(lab + "/connect", page);
  page.connect_ns = 0;
  page.first_byte_ns = 31 * second;
  site.set(lab + "/first", page);
  page.first_byte_ns = 10 * second;
  page.body_ns = 51 * second;
  site.set(lab + "/total", page);
  page.body_ns = 50 * second;
  site.set(lab + "/slow", page);
  Crawler::Options options = usual();
  options.retry.attempts = 1;
  const Report report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/connect"), "timed_out 0 depth 1");
  EXPECT_EQ(told(report, lab + "/first"), "timed_out 0 depth 1");
  EXPECT_EQ(told(report, lab + "/total"), "timed_out 0 depth 1");
  EXPECT_EQ(told(report, lab + "/slow"), "fetched 200 depth 1");
  EXPECT_EQ(report.visited(), 5U);
  EXPECT_EQ(report.failed(), 3U);
}

TEST_P(CrawlerTest, TheDeadlineEndsTheCrawlAndTheReportAddsUp) {
  std::vector<std::string> targets;
  for (int i = 0; i < 50; ++i) {
    targets.push_back(fmt::format("/{:02}", i));
    SitePage page = links({});
    page.first_byte_ns = 100 * ms;
    site.set(lab + targets.back(), page);
  }
  site.set(lab + "/", links(targets));
  Crawler::Options options = usual();
  options.workers = 2;
  options.in_flight = 1;
  options.deadline_ns = 250 * ms;
  const Report report = crawl(lab, options);
  EXPECT_EQ(report.end, CrawlEnd::deadline);
  EXPECT_EQ(clock.now(), 250 * ms);
  EXPECT_GE(report.count(PageOutcome::fetched), 2U);
  EXPECT_LE(report.count(PageOutcome::fetched), 5U);
  EXPECT_LE(report.count(PageOutcome::in_flight), 2U);
  EXPECT_EQ(report.pages.size(), 51U);
}

// --- retries ---

TEST_P(CrawlerTest, RetriesWhatThePolicyNamesAndCountsThem) {
  site.set(lab + "/", links({"/a", "/b", "/c", "/d"}));
  SitePage page = links({});
  page.failing_attempts = 2;
  site.set(lab + "/a", page);
  page.failing_attempts = 3;
  site.set(lab + "/b", page);
  page.failing_status = 0;  // broken
  page.failing_attempts = 1;
  site.set(lab + "/c", page);
  page.failing_status = 404;
  site.set(lab + "/d", page);
  Report report = crawl(lab);
  EXPECT_EQ(told(report, lab + "/a"), "fetched 200 depth 1");
  EXPECT_EQ(told(report, lab + "/b"), "http_error 503 depth 1");
  EXPECT_EQ(told(report, lab + "/c"), "fetched 200 depth 1");
  EXPECT_EQ(told(report, lab + "/d"), "http_error 404 depth 1");
  EXPECT_EQ(report.retries, 5U);
  EXPECT_EQ(report.fetches, 10U);
  EXPECT_EQ(site.fetches(), 10U);
}

TEST_P(CrawlerTest, RetryAfterIsWaitedForAndALongOneIsNotWorthIt) {
  SitePage page = links({});
  page.failing_attempts = 1;
  page.failing_status = 429;
  page.retry_after = "90";
  site.set(lab + "/", page);
  EXPECT_EQ(told(crawl(lab), lab + "/"), "fetched 200 depth 0");
  EXPECT_EQ(clock.now(), 90 * second);
  page.retry_after = "Wed, 21 Oct 2015 07:30:00 GMT";
  page.date = "Wed, 21 Oct 2015 07:28:30 GMT";
  site.set(lab + "/", page);
  EXPECT_EQ(told(crawl(lab), lab + "/"), "fetched 200 depth 0");
  EXPECT_EQ(clock.now(), 180 * second);
  page.retry_after = "121";
  site.set(lab + "/", page);
  EXPECT_EQ(told(crawl(lab), lab + "/"), "http_error 429 depth 0");
  EXPECT_EQ(clock.now(), 180 * second);
}

TEST_P(CrawlerTest, BackOffIsBoundedByTheCapAndDrawnFromTheSeed) {
  SitePage page = links({});
  page.failing_attempts = 7;
  site.set(lab + "/", page);
  Crawler::Options options = usual();
  options.retry.attempts = 8;
  options.retry.base_ns = 10 * ms;
  options.retry.cap_ns = 40 * ms;
  std::set<TimeNs> totals;
  for (options.seed = 1; options.seed <= 5; ++options.seed) {
    for (int repeat = 0; repeat < 2; ++repeat) {
      site.forget_fetches();
      const TimeNs before = clock.now();
      EXPECT_EQ(told(crawl(lab, options), lab + "/"), "fetched 200 depth 0");
      totals.insert(clock.now() - before);
    }
  }
  EXPECT_EQ(totals.size(), 5U);  // the same seed, the same waits
  EXPECT_GT(*totals.begin(), 0);
  EXPECT_LE(*totals.rbegin(), (10 + 20 + 5 * 40) * ms);
}

TEST_P(CrawlerTest, AHostHasABudgetOfRetries) {
  std::vector<std::string> starts;
  for (int i = 0; i < 30; ++i) {
    for (const char* host : {"dead", "alive"}) {
      starts.push_back(fmt::format("http://{}.example/{}", host, i));
      SitePage page = answer(503);
      if (host == std::string_view("alive")) {
        page = links({});
        page.failing_attempts = i < 7 ? 1 : 0;
      }
      site.set(starts.back(), page);
    }
  }
  Crawler::Options options = usual();
  options.retry.budget_per_host = 7;
  const Report report = crawl_all(starts, options);
  EXPECT_EQ(report.retries, 14U);
  EXPECT_EQ(report.count(PageOutcome::http_error), 30U);
  EXPECT_EQ(report.count(PageOutcome::fetched), 30U);
}

}  // namespace
}  // namespace contend::crawler
