// What a crawl owes each host: robots.txt, delays, and limits.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "impls/crawler/robots/robots.hpp"
#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

// --- robots.txt ---

TEST_P(CrawlerTest, RobotsAreAskedOnceAndObeyedAlsoByRedirects) {
  site.set(lab + "/robots.txt", robots("user-agent: contend\ndisallow: /private\nallow: /private/open\n"));
  site.set(lab + "/", links({"/private/a", "/private/open", "/r", "/b"}));
  site.set(lab + "/r", redirect("/private/hidden"));
  for (const char* page : {"/private/a", "/private/open", "/private/hidden", "/b"}) site.set(lab + page, links({}));
  Crawler::Options options = usual();
  options.robots = true;
  const Report report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/private/a"), "robots_refused 0 depth 1");
  EXPECT_EQ(told(report, lab + "/private/hidden"), "robots_refused 0 depth 1");
  EXPECT_EQ(told(report, lab + "/private/open"), "fetched 200 depth 1");
  EXPECT_EQ(report.count(PageOutcome::robots_refused), 2U);
  EXPECT_EQ(site.fetches_of(lab + "/private/a") + site.fetches_of(lab + "/private/hidden"), 0U);
  EXPECT_EQ(site.fetches_of(lab + "/robots.txt"), 1U);
  EXPECT_EQ(report.robots_fetches, 1U);
}

TEST_P(CrawlerTest, RobotsOfEachOriginAreFetchedOnceWhileManyWait) {
  Crawler::Options options = usual();
  options.robots = true;
  options.workers = 8;
  std::vector<std::string> starts;
  for (int host = 0; host < 4; ++host) {
    const std::string origin = fmt::format("http://h{}.example", host);
    for (int i = 0; i < 6; ++i) {
      starts.push_back(fmt::format("{}/{}", origin, i));
      site.set(starts.back(), links({}));
    }
    SitePage slow = robots("user-agent: *\ndisallow: /3\n");
    slow.first_byte_ns = 50 * ms;
    site.set(origin + "/robots.txt", slow);
  }
  const Report report = crawl_all(starts, options);
  EXPECT_EQ(report.robots_fetches, 4U);
  EXPECT_EQ(report.count(PageOutcome::robots_refused), 4U);
  EXPECT_EQ(report.count(PageOutcome::fetched), 20U);
}

TEST_P(CrawlerTest, RobotsThatAreNotThereAllowAndThoseThatFailForbid) {
  Crawler::Options options = usual();
  options.robots = true;
  site.set(lab + "/", links({"/a"}));
  const auto pages_with = [&](const SitePage& page) {
    site.set(lab + "/robots.txt", page);
    return crawl(lab, options).count(PageOutcome::robots_refused);
  };
  EXPECT_EQ(pages_with(answer(404)), 0U);
  EXPECT_EQ(pages_with(answer(403)), 0U);
  EXPECT_EQ(pages_with(answer(503)), 1U);
  SitePage unreachable;
  unreachable.error = FetchError::connect_failed;
  EXPECT_EQ(pages_with(unreachable), 1U);
  SitePage later = robots("user-agent: *\ndisallow:\n");
  later.failing_attempts = 2;
  EXPECT_EQ(pages_with(later), 0U);
  EXPECT_EQ(pages_with(redirect("/rules")), 0U);
  site.set(lab + "/rules", robots("user-agent: *\ndisallow: /"));
  EXPECT_EQ(pages_with(redirect("/rules")), 1U);
  // Out of the scope, too: for the rules alone, which are those of the first origin.
  const std::string elsewhere = "https://elsewhere.example/robots.txt";
  EXPECT_EQ(pages_with(redirect(elsewhere)), 0U);
  EXPECT_EQ(site.fetches_of(elsewhere), 1U);
  site.set(elsewhere, robots("user-agent: *\ndisallow: /"));
  EXPECT_EQ(pages_with(redirect(elsewhere)), 1U);
  EXPECT_EQ(pages_with(redirect("ftp://lab.example/robots.txt")), 1U);
  EXPECT_EQ(pages_with(answer(302)), 1U);  // without a location
  for (int hop = 1; hop <= 5; ++hop) {
    site.set(fmt::format("{}/{}", lab, hop), redirect(fmt::format("/{}", hop + 1)));
  }
  site.set(lab + "/6", robots("user-agent: *\ndisallow: /"));
  EXPECT_EQ(pages_with(redirect("/2")), 1U);  // the fifth redirect leads to the rules
  EXPECT_EQ(pages_with(redirect("/1")), 0U);  // the sixth would
}

TEST_P(CrawlerTest, RulesAreReadWhateverTheLimitOfPagesAndNotGuessed) {
  Crawler::Options options = usual();
  options.robots = true;
  options.body_limit = 100;
  site.set(lab + "/", links({"/a", "/b"}));
  std::string rules = "user-agent: *\ndisallow: /a\n#" + std::string(300'000, 'x') + "\ndisallow: /b\n#";
  const std::string cut = "\nallow: /a";  // of a rule for another page
  rules += std::string(max_robots_bytes - rules.size() - cut.size(), 'y') + cut + "bc\n";
  site.set(lab + "/robots.txt", robots(rules));
  EXPECT_EQ(crawl(lab, options).count(PageOutcome::robots_refused), 2U);
  SitePage encoded = robots("user-agent: *\ndisallow: /a\n");
  encoded.encoded = true;
  site.set(lab + "/robots.txt", encoded);
  const Report report = crawl(lab, options);
  EXPECT_EQ(report.count(PageOutcome::robots_refused), 1U);
  ASSERT_EQ(report.pages.size(), 1U);
  EXPECT_EQ(report.pages[0].reason, lab + "/robots.txt has a Content-Encoding");
}

// --- politeness ---

TEST_P(CrawlerTest, TheDelayPassesBetweenTheEndOfAFetchAndTheNextOfItsHost) {
  Crawler::Options options = usual();
  options.workers = 4;
  options.robots = true;
  options.host_delay_ns = 100 * ms;
  options.scope = Scope::host;
  std::vector<std::string> starts;
  for (const char* host : {"a", "b", "c"}) {
    const std::string origin = fmt::format("http://{}.example", host);
    for (int i = 0; i < 4; ++i) {
      SitePage page = links({fmt::format("/{}/x", i), fmt::format("http://{}.example:81/{}", host, i)});
      page.first_byte_ns = 30 * ms;
      page.failing_attempts = i == 2 ? 1 : 0;
      site.set(fmt::format("{}/{}", origin, i), page);
      starts.push_back(fmt::format("{}/{}", origin, i));
    }
  }
  site.keep_log(true);
  const Report report = crawl_all(starts, options);
  EXPECT_EQ(report.end, CrawlEnd::finished);
  EXPECT_EQ(report.pages.size(), 36U);
  std::map<std::string, std::vector<MemorySite::Fetched>> by_host;
  for (const MemorySite::Fetched& fetched : site.log()) {
    by_host[std::string(Url::parse(fetched.url)->host())].push_back(fetched);
  }
  ASSERT_EQ(by_host.size(), 3U);
  for (auto& [host, fetches] : by_host) {
    std::ranges::sort(fetches, {}, &MemorySite::Fetched::begin_ns);
    EXPECT_EQ(fetches.size(), 15U) << host;  // 12 pages, a retry, two robots.txt
    for (std::size_t i = 1; i < fetches.size(); ++i) {
      EXPECT_GE(fetches[i].begin_ns - fetches[i - 1].end_ns, 100 * ms) << fetches[i].url;
    }
  }
}

TEST_P(CrawlerTest, NoMoreThanTheLimitOfAHostAreInFlight) {
  Crawler::Options options = usual();
  options.workers = 8;
  options.max_per_host = 2;
  std::vector<std::string> targets;
  for (int i = 0; i < 20; ++i) {
    targets.push_back(fmt::format("/{}", i));
    SitePage page = links({});
    page.first_byte_ns = 10 * ms;
    page.throws = i % 5 == 0;  // gives its turn back too
    site.set(lab + targets.back(), page);
  }
  site.set(lab + "/", links(targets));
  const Report report = crawl(lab, options);
  EXPECT_EQ(report.count(PageOutcome::fetched), 17U);
  EXPECT_EQ(report.count(PageOutcome::fetcher_failed), 4U);
  EXPECT_LE(site.most_in_flight(), 2);
}

// A clock counts from an instant of its choice, which may lie ahead: no time stands for something else.
TEST_P(CrawlerTest, TimesBeforeTheClocksOwnInstantAreTimes) {
  class EarlyClock final : public Clock {
   public:
    TimeNs now() override { return inner_.now() - lead_ns; }
    void wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns, bool idle)
        REQUIRES(mutex) override {
      inner_.wait_until(condition, mutex, deadline_ns == never ? never : deadline_ns + lead_ns, idle);
    }

   private:
    const DurationNs lead_ns = 2 * second + 1;
    SimulatedClock inner_;
  };
  site.set(lab + "/", links({"/a", "/b", "/c"}));
  for (const std::string page : {"/a", "/b", "/c"}) site.set(lab + page, links({}));
  EarlyClock early;
  Crawler::Options options = usual();
  options.host_delay_ns = second;
  options.deadline_ns = 20 * second;
  const Report report = GetParam().make(options)->crawl(lab + "/", site, early);
  EXPECT_EQ(report.end, CrawlEnd::finished);
  EXPECT_EQ(report.count(PageOutcome::fetched), 4U);
}

}  // namespace
}  // namespace contend::crawler
