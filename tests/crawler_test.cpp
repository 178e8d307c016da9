// The rules of the crawler, one by one, over every implementation.

#include "impls/crawler/crawler.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>

#include "bench/inputs/crawler/memory_site.hpp"
#include "impls/base/registry.hpp"
#include "impls/sync/backoff.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs ms = 1'000'000;
constexpr DurationNs second = 1000 * ms;

const std::string lab = "https://lab.example";

SitePage links(const std::vector<std::string>& targets) {
  SitePage page;
  page.body = html_with_links(targets);
  return page;
}
SitePage redirect(const std::string& location, int status = 302) {
  SitePage page;
  page.status = status;
  page.location = location;
  return page;
}
SitePage answer(int status) {
  SitePage page;
  page.status = status;
  return page;
}
SitePage robots(const std::string& text) {
  SitePage page;
  page.content_type = "text/plain";
  page.body = text;
  return page;
}

// "fetched 200 depth 1" of a URL, or "not met".
std::string told(const Report& report, const std::string& url) {
  for (const CrawledPage& page : report.pages) {
    if (page.url == url) return fmt::format("{} {} depth {}", to_string(page.outcome), page.status, page.depth);
  }
  return "not met";
}
std::vector<std::string> urls_of(const Report& report) {
  std::vector<std::string> urls;
  for (const CrawledPage& page : report.pages) urls.push_back(page.url);
  return urls;
}

class CrawlerTest : public testing::TestWithParam<Implementation<Crawler>> {
 protected:
  static Crawler::Options usual() { return {.workers = 3, .robots = false}; }

  Report crawl(const std::string& start, const Crawler::Options& options = usual()) {
    return crawl_all({start}, options);
  }
  Report crawl_all(const std::vector<std::string>& starts, const Crawler::Options& options = usual()) {
    const auto crawler = GetParam().make(options);
    const Report report = crawler->crawl(starts, site, clock, stop.get_token());
    std::uint64_t sum = 0;
    for (const std::uint64_t count : report.by_outcome) sum += count;
    EXPECT_EQ(sum, report.pages.size());
    EXPECT_TRUE(std::ranges::is_sorted(report.pages, {}, &CrawledPage::url));
    return report;
  }

  MemorySite site;
  SimulatedClock clock;
  std::stop_source stop;
};
INSTANTIATE_TEST_SUITE_P(Implementations, CrawlerTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

// --- identity ---

TEST_P(CrawlerTest, FetchesAPageOnceHoweverItIsWritten) {
  site.set(lab + "/", links({"https://LAB.example/a", "https://lab.example:443/a", "https://u:p@lab.example/a",
                             "https://lab.example./a", "/a#x", "https://lab.example/b/../a", "/%61", "\\a", " /a ",
                             "mailto:a@lab.example", "javascript:go()", "http://lab.example/a"}));
  site.set(lab + "/a", links({"/", "https://lab.example"}));
  const Report report = crawl("HTTPS://lab.EXAMPLE");
  EXPECT_EQ(urls_of(report), (std::vector<std::string>{lab + "/", lab + "/a"}));
  EXPECT_EQ(site.fetches_of(lab + "/a"), 1U);
  EXPECT_EQ(site.fetches(), 2U);
  EXPECT_EQ(report.links_out_of_scope, 1U);  // http is another origin
}

TEST_P(CrawlerTest, KeepsTheOrderOfAQueryAndTellsItsValuesApart) {
  site.set(lab + "/", links({"/s?a=1&b=2", "/s?b=2&a=1", "/s?", "/s", "/s?a=1&b=2#top"}));
  const Report report = crawl(lab);
  EXPECT_EQ(urls_of(report),
            (std::vector<std::string>{lab + "/", lab + "/s", lab + "/s?", lab + "/s?a=1&b=2", lab + "/s?b=2&a=1"}));
}

TEST_P(CrawlerTest, StartsThatAreNoUrlsEndBeforeAnythingIsFetched) {
  for (const std::string start : {"", "lab.example", "ftp://lab.example/", "http://", "http://a\nb/"}) {
    const Report report = crawl_all({lab, start});
    EXPECT_EQ(report.end, CrawlEnd::invalid_start) << start;
    EXPECT_TRUE(report.pages.empty());
  }
  EXPECT_EQ(crawl_all({}).end, CrawlEnd::invalid_start);
  EXPECT_EQ(site.fetches(), 0U);
}

// --- scope ---

TEST_P(CrawlerTest, ScopeIsTheOriginOrAsChosen) {
  const std::vector<std::string> others{"http://lab.example:443/h", "https://lab.example:8443/p",
                                        "https://www.lab.example/w"};
  site.set(lab + "/", links(others));
  Crawler::Options options = usual();
  EXPECT_EQ(crawl(lab, options).pages.size(), 1U);
  EXPECT_EQ(site.fetches(), 1U);
  options.scope = Scope::host_and_port;
  EXPECT_EQ(urls_of(crawl(lab, options)), (std::vector<std::string>{others[0], lab + "/"}));
  options.scope = Scope::host;
  EXPECT_EQ(urls_of(crawl(lab, options)), (std::vector<std::string>{others[0], lab + "/", others[1]}));
  options.scope = Scope::origin;
  EXPECT_EQ(crawl_all({lab, "https://www.lab.example"}, options).pages.size(), 3U);
}

TEST_P(CrawlerTest, EveryHopOfARedirectIsCheckedForScope) {
  site.set(lab + "/", links({"/out", "/port", "/in"}));
  site.set(lab + "/out", redirect("https://evil.example/page"));
  site.set(lab + "/port", redirect("https://lab.example:444/page"));
  site.set(lab + "/in", redirect("/hop", 301));
  site.set(lab + "/hop", redirect("//evil.example/page", 308));
  site.set("https://evil.example/page", links({lab + "/secret"}));
  site.set(lab + "/secret", links({}));
  const Report report = crawl(lab);
  EXPECT_EQ(told(report, lab + "/out"), "redirected 302 depth 1");
  EXPECT_EQ(told(report, lab + "/hop"), "redirected 308 depth 1");
  EXPECT_EQ(told(report, "https://evil.example/page"), "out_of_scope 0 depth 1");
  EXPECT_EQ(told(report, "https://lab.example:444/page"), "out_of_scope 0 depth 1");
  EXPECT_EQ(told(report, lab + "/secret"), "not met");
  EXPECT_EQ(report.count(PageOutcome::out_of_scope), 2U);
  EXPECT_EQ(site.fetches_of("https://evil.example/page"), 0U);
  EXPECT_EQ(site.fetches_of("https://lab.example:444/page"), 0U);
}

TEST_P(CrawlerTest, AStartThatRedirectsElsewhereDoesNotMoveTheScope) {
  site.set(lab + "/", redirect("https://www.lab.example/"));
  site.set("https://www.lab.example/", links({"/a"}));
  const Report report = crawl(lab);
  EXPECT_EQ(told(report, "https://www.lab.example/"), "out_of_scope 0 depth 0");
  EXPECT_EQ(report.pages.size(), 2U);
  EXPECT_EQ(site.fetches(), 1U);
}

// --- redirects ---

TEST_P(CrawlerTest, ATargetThatManyReachIsFetchedOnce) {
  site.set(lab + "/", links({"/r1", "/r2", "/page", "/r3"}));
  for (const char* from : {"/r1", "/r2", "/r3"}) site.set(lab + from, redirect("/page"));
  site.set(lab + "/page", links({}));
  const Report report = crawl(lab);
  EXPECT_EQ(site.fetches_of(lab + "/page"), 1U);
  EXPECT_EQ(told(report, lab + "/page"), "fetched 200 depth 1");
  EXPECT_EQ(report.count(PageOutcome::redirected), 3U);
}

TEST_P(CrawlerTest, CirclesOfRedirectsEnd) {
  site.set(lab + "/", links({"/self", "/a"}));
  site.set(lab + "/self", redirect("/self#again"));
  site.set(lab + "/a", redirect("/b"));
  site.set(lab + "/b", redirect("/a"));
  const Report report = crawl(lab);
  EXPECT_EQ(report.end, CrawlEnd::finished);
  EXPECT_EQ(report.pages.size(), 4U);
  EXPECT_EQ(site.fetches(), 4U);
}

TEST_P(CrawlerTest, ChainsOfRedirectsAreFollowedToTheLimitAndNoFurther) {
  site.set(lab + "/", links({"/0"}));
  for (int i = 0; i < 20; ++i) site.set(fmt::format("{}/{}", lab, i), redirect(fmt::format("/{}", i + 1)));
  Crawler::Options options = usual();
  options.max_redirects = 5;
  Report report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/4"), "redirected 302 depth 1");
  EXPECT_EQ(told(report, lab + "/5"), "too_many_redirects 302 depth 1");
  EXPECT_EQ(told(report, lab + "/6"), "not met");
  // A link into the chain begins to count anew.
  site.set(lab + "/", links({"/0", "/4"}));
  report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/9"), "too_many_redirects 302 depth 1");
  EXPECT_EQ(told(report, lab + "/5"), "redirected 302 depth 1");
  options.max_redirects = 0;
  EXPECT_EQ(told(crawl(lab, options), lab + "/0"), "too_many_redirects 302 depth 1");
}

TEST_P(CrawlerTest, ARedirectToWhatIsNoUrlIsRecorded) {
  site.set(lab + "/", links({"/a", "/b"}));
  site.set(lab + "/a", redirect("ftp://lab.example/"));
  site.set(lab + "/b", answer(302));  // without a location
  const Report report = crawl(lab);
  EXPECT_EQ(told(report, lab + "/a"), "bad_redirect 302 depth 1");
  EXPECT_EQ(told(report, lab + "/b"), "http_error 302 depth 1");
}

TEST_P(CrawlerTest, ARetriedPageMayRedirect) {
  site.set(lab + "/", links({"/r"}));
  SitePage page = redirect("/page");
  page.failing_attempts = 2;
  site.set(lab + "/r", page);
  site.set(lab + "/page", links({}));
  const Report report = crawl(lab);
  EXPECT_EQ(told(report, lab + "/r"), "redirected 302 depth 1");
  EXPECT_EQ(told(report, lab + "/page"), "fetched 200 depth 1");
  EXPECT_EQ(report.retries, 2U);
}

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
  EXPECT_EQ(pages_with(redirect("https://evil.example/robots.txt")), 0U);
  EXPECT_EQ(site.fetches_of("https://evil.example/robots.txt"), 0U);
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

// --- bodies ---

TEST_P(CrawlerTest, LinksAreTakenOfCompleteHtmlOnly) {
  site.set(lab + "/", links({"/big", "/text", "/xhtml", "/zipped", "/none", "/error"}));
  SitePage page = links({"/never"});
  page.content_type = "text/plain";
  site.set(lab + "/text", page);
  page.content_type = "";
  site.set(lab + "/none", page);
  page.content_type = "text/html";
  page.encoded = true;
  site.set(lab + "/zipped", page);
  page = answer(404);
  page.body = html_with_links({"/never"});
  site.set(lab + "/error", page);
  page = links({"/never"});
  page.body += std::string(5000, ' ');
  site.set(lab + "/big", page);
  page = links({"/found"});
  page.content_type = "Application/XHTML+XML; charset=utf-8";
  site.set(lab + "/xhtml", page);
  Crawler::Options options = usual();
  options.body_limit = 4000;
  const Report report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/never"), "not met");
  EXPECT_EQ(told(report, lab + "/found"), "http_error 404 depth 2");
  EXPECT_EQ(told(report, lab + "/big"), "truncated 200 depth 1");
  EXPECT_EQ(told(report, lab + "/text"), "fetched 200 depth 1");
  EXPECT_EQ(told(report, lab + "/zipped"), "fetched 200 depth 1");
}

// --- depth and number ---

TEST_P(CrawlerTest, DepthIsTheShortestWayEvenIfALongerOneIsFaster) {
  // The direct link to /x is slow to come; the long way /a -> /b -> /x is fast. /y is within the limit only by the
  // direct one.
  site.set(lab + "/", links({"/slow", "/a"}));
  SitePage slow = links({"/x"});
  slow.first_byte_ns = second;
  site.set(lab + "/slow", slow);
  site.set(lab + "/a", links({"/b"}));
  site.set(lab + "/b", links({"/x"}));
  site.set(lab + "/x", links({"/y"}));
  site.set(lab + "/y", links({"/z"}));
  site.set(lab + "/z", links({}));
  Crawler::Options options = usual();
  options.max_depth = 3;
  const Report report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/x"), "fetched 200 depth 2");
  EXPECT_EQ(told(report, lab + "/y"), "fetched 200 depth 3");
  EXPECT_EQ(told(report, lab + "/z"), "not met");
  EXPECT_EQ(report.pages.size(), 6U);
  EXPECT_EQ(site.fetches(), 6U);
  const auto ordered = in_breadth_first_order(report);
  EXPECT_EQ(ordered.front().url, lab + "/");
  EXPECT_EQ(ordered.back().url, lab + "/y");
}

TEST_P(CrawlerTest, DepthZeroIsTheStartsAlone) {
  site.set(lab + "/", redirect("/home"));
  site.set(lab + "/home", links({"/a"}));
  Crawler::Options options = usual();
  options.max_depth = 0;
  EXPECT_EQ(urls_of(crawl(lab, options)), (std::vector<std::string>{lab + "/", lab + "/home"}));
}

TEST_P(CrawlerTest, NoMorePagesThanAllowedAreFetched) {
  std::vector<std::string> targets;
  for (int i = 0; i < 100; ++i) {
    targets.push_back(fmt::format("/{}", i));
    SitePage page = links({});
    page.first_byte_ns = (1 + i % 7) * ms;  // some are still in flight when the last one is claimed
    site.set(lab + targets.back(), page);
  }
  site.set(lab + "/", links(targets));
  Crawler::Options options = usual();
  options.max_pages = 10;
  const Report report = crawl(lab, options);
  EXPECT_EQ(site.fetches(), 10U);
  EXPECT_EQ(report.visited(), 10U);
  EXPECT_EQ(report.end, CrawlEnd::page_limit);
  EXPECT_EQ(report.count(PageOutcome::never_started), 91U);
  options.max_pages = 101;
  EXPECT_EQ(crawl(lab, options).end, CrawlEnd::finished);
}

// --- cancellation and end ---

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
  std::vector<std::string> targets;
  for (int i = 0; i < 40; ++i) targets.push_back(fmt::format("/{}", i));
  site.set(lab + "/", links(targets));
  // Each fetch but the first waits until another one has begun: alone it would wait to the end of its patience.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::atomic<int> begun{0};
  site.on_fetch([&](std::string_view url) {
    if (url == lab + "/" || GetParam().name == "reference") return;
    ++begun;
    Backoff backoff;
    while (begun < 2 && std::chrono::steady_clock::now() < patience) backoff.pause();
  });
  Crawler::Options options = usual();
  options.workers = 4;
  const Report report = GetParam().make(options)->crawl(lab, site, SteadyClock::instance());
  EXPECT_LT(std::chrono::steady_clock::now(), patience) << "nobody fetched beside the first";
  EXPECT_EQ(report.pages.size(), 41U);
  ASSERT_EQ(report.pages_of_worker.size(), 4U);
  std::uint64_t sum = 0;
  for (const std::uint64_t pages : report.pages_of_worker) sum += pages;
  EXPECT_EQ(sum, 41U);
}

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
