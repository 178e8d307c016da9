// A crawl with memory that runs out at each place in turn, on whichever thread: it throws when all threads are home, or it
// is whole; nobody hangs, and the same crawler can crawl again.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/crawler/crawler_fixture.hpp"
#include "tests/support/fail_each_allocation.hpp"

namespace contend::crawler {
namespace {

struct Journey {
  MemorySite site;
  SimulatedClock clock;
  std::unique_ptr<Crawler> crawler;
};

std::string text_of(const Report& report) {
  std::string text = fmt::format("{} fetches {}\n", to_string(report.end), report.fetches);
  for (const CrawledPage& page : report.pages) {
    text += fmt::format("{} {} {} {}\n", page.url, page.status, page.depth, to_string(page.outcome));
  }
  return text;
}

class CrawlerAllocationTest : public testing::TestWithParam<Implementation<Crawler>> {
 protected:
  static std::unique_ptr<Journey> prepare(const Crawler::Options& options) {
    auto journey = std::make_unique<Journey>();
    MemorySite& site = journey->site;
    site.set(lab + "/robots.txt", robots("User-agent: *\nDisallow: /secret\n"));
    site.set(lab + "/", links({"/a", "/b", "/moved", "/secret", "/busy", "https://elsewhere.example/"}));
    site.set(lab + "/a", links({"/b", "/c", "/"}));
    site.set(lab + "/b", links({"/a", "/d/e"}));
    site.set(lab + "/c", links({}));
    site.set(lab + "/d/e", links({"/c", "/nowhere"}));
    site.set(lab + "/moved", redirect("/c"));
    SitePage busy = links({"/a"});
    busy.failing_attempts = 1;
    site.set(lab + "/busy", busy);
    journey->crawler = GetParam().make(options);
    return journey;
  }

  static std::uint64_t try_crawl(const Crawler::Options& options) {
    const auto crawl = [](Journey& journey) {
      return text_of(under_fault([&] { return journey.crawler->crawl(lab + "/", journey.site, journey.clock); }));
    };
    const auto describe = [](Journey& journey) {
      journey.site.forget_fetches();
      return text_of(journey.crawler->crawl(lab + "/", journey.site, journey.clock));
    };
    // What is asked again after a fault meets the site as it is: its pages fail so often in all.
    const auto again = [crawl](Journey& journey) {
      journey.site.forget_fetches();
      return crawl(journey);
    };
    const auto fresh = [&options] { return prepare(options); };
    return fail_each_allocation<Journey>({fmt::format("crawl of {}", GetParam().name), fresh, again, describe});
  }
};

INSTANTIATE_TEST_SUITE_P(Implementations, CrawlerAllocationTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(CrawlerAllocationTest, ACrawlThrowsOrIsWhole) {
  CONTEND_SURVIVES();
  EXPECT_GT(try_crawl({.workers = 2, .robots = true}), 10U);
  EXPECT_GT(try_crawl({.workers = 2, .robots = true, .host_delay_ns = second}), 10U);
}

TEST_P(CrawlerAllocationTest, ACrawlerIsMadeOrNot) {
  struct Nothing {
    std::unique_ptr<Crawler> made;
  };
  const auto make = [](Nothing& here) {
    here.made = under_fault([] { return GetParam().make({.workers = 2}); });
    return std::string("made");
  };
  const auto describe = [](Nothing& here) { return std::string(here.made == nullptr ? "none" : "one"); };
  EXPECT_GT(fail_each_allocation<Nothing>({"make", [] { return std::make_unique<Nothing>(); }, make, describe}), 0U);
}

}  // namespace
}  // namespace contend::crawler
