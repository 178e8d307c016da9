// How a crawl ends, and what its threads do until then.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "impls/sync/backoff.hpp"
#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

TEST_P(CrawlerTest, AStopEndsTheCrawlAtOnceAndTheReportSaysWhatIsLeft) {
  std::vector<std::string> targets;
  for (int i = 0; i < 60; ++i) {
    targets.push_back(fmt::format("/{}", i));
    SitePage page = links({});
    page.first_byte_ns = 10 * ms;
    site.set(lab + targets.back(), page);
  }
  site.set(lab + "/", links(targets));
  std::atomic<int> fetched{0};
  site.on_fetch([&](std::string_view) {
    if (++fetched == 12) stop.request_stop();
  });
  Crawler::Options options = usual();
  options.in_flight = 4;
  const Report report = crawl(lab, options);
  EXPECT_EQ(report.end, CrawlEnd::cancelled);
  EXPECT_EQ(report.pages.size(), 61U);
  EXPECT_EQ(report.count(PageOutcome::fetched) + report.count(PageOutcome::in_flight), site.fetches());
  EXPECT_LE(site.fetches(), 12U + 12U);  // what was being begun meanwhile
  EXPECT_EQ(report.count(PageOutcome::never_started), 61U - site.fetches());
}

TEST_P(CrawlerTest, ACrawlThatIsStoppedBeforeItBeginsFetchesNothing) {
  site.set(lab + "/", links({"/a"}));
  stop.request_stop();
  const Report report = crawl(lab);
  EXPECT_EQ(report.end, CrawlEnd::cancelled);
  EXPECT_EQ(told(report, lab + "/"), "never_started 0 depth 0");
  EXPECT_EQ(site.fetches(), 0U);
}

TEST_P(CrawlerTest, AStopEndsLongWaitsForRetriesHostsAndRobots) {
  for (const bool with_robots : {false, true}) {
    for (const DurationNs delay_ns : {DurationNs{0}, 3600 * second}) {
      MemorySite slow;
      SitePage page = answer(503);
      page.retry_after = "100";
      for (int i = 0; i < 8; ++i) slow.set(fmt::format("{}/{}", lab, i), page);
      slow.set(lab + "/robots.txt", page);
      std::stop_source source;
      slow.on_fetch([&](std::string_view) { source.request_stop(); });
      Crawler::Options options = usual();
      options.robots = with_robots;
      options.host_delay_ns = delay_ns;
      std::vector<std::string> starts;
      for (int i = 0; i < 8; ++i) starts.push_back(fmt::format("{}/{}", lab, i));
      // Real time: it would be hours if anybody waited to the end.
      const Report report = GetParam().make(options)->crawl(starts, slow, SteadyClock::instance(), source.get_token());
      EXPECT_EQ(report.end, CrawlEnd::cancelled);
      EXPECT_EQ(report.pages.size(), 8U);
    }
  }
}

TEST_P(CrawlerTest, WhateverAFetcherThrowsFailsOnePage) {
  site.set(lab + "/", links({"/a", "/b", "/c"}));
  for (const char* page : {"/a", "/b", "/c"}) site.set(lab + page, links({}));
  site.on_fetch([](std::string_view url) {
    if (url == lab + "/b") throw 42;
  });
  const Report report = crawl(lab);
  EXPECT_EQ(told(report, lab + "/b"), "fetcher_failed 0 depth 1");
  EXPECT_EQ(report.count(PageOutcome::fetched), 3U);
  EXPECT_EQ(report.end, CrawlEnd::finished);
}

TEST_P(CrawlerTest, TheLinksOfASlowPageAreNotLost) {
  // While /slow is being fetched the queue is empty and all others have nothing to do.
  SitePage slow = links({"/a", "/b"});
  slow.first_byte_ns = second;
  site.set(lab + "/", slow);
  slow.body = html_with_links({"/c"});
  site.set(lab + "/a", slow);
  Crawler::Options options = usual();
  options.workers = 8;
  const Report report = crawl(lab, options);
  EXPECT_EQ(report.pages.size(), 4U);
  EXPECT_EQ(clock.now(), 2 * second);
}

TEST_P(CrawlerTest, WorkersFetchSideBySideUnlessTheDesignIsSequential) {
  // First a chain of pages, only one of which is there at a time: whoever finds nothing to do must not go home.
  constexpr int chain = 30;
  std::vector<std::string> targets;
  for (int i = 0; i < 40; ++i) targets.push_back(fmt::format("/{}", i));
  site.set(lab + "/", links({"/chain/1"}));
  for (int i = 1; i < chain; ++i)
    site.set(fmt::format("{}/chain/{}", lab, i), links({fmt::format("/chain/{}", i + 1)}));
  site.set(fmt::format("{}/chain/{}", lab, chain), links(targets));
  // Each fetch behind it waits until another one has begun: alone it would wait to the end of its patience.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::atomic<int> begun{0};
  site.on_fetch([&](std::string_view url) {
    if (GetParam().name == "reference") return;
    if (url == lab + "/" || url.find("/chain/") != url.npos) {
      for (int i = 0; i < 50; ++i) std::this_thread::yield();
      return;
    }
    ++begun;
    Backoff backoff;
    while (begun < 2 && std::chrono::steady_clock::now() < patience) backoff.pause();
  });
  Crawler::Options options = usual();
  options.workers = 4;
  const Report report = GetParam().make(options)->crawl(lab, site, SteadyClock::instance());
  EXPECT_LT(std::chrono::steady_clock::now(), patience) << "nobody fetched beside the first";
  EXPECT_EQ(report.pages.size(), 71U);
  ASSERT_EQ(report.pages_of_worker.size(), 4U);
  std::uint64_t sum = 0;
  for (const std::uint64_t pages : report.pages_of_worker) sum += pages;
  EXPECT_EQ(sum, 71U);
}

}  // namespace
}  // namespace contend::crawler
