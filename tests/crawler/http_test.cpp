// Crawlers over real HTTP on the loopback device: the fetcher against a server of this project, and every design on one
// site. Kernel-picked ports; nothing leaves the machine.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "bench/inputs/crawler/site_server.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/html/links.hpp"
#include "impls/crawler/http/http_fetcher.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

namespace fs = std::filesystem;

constexpr DurationNs ms = 1'000'000;

SitePage page_with(const std::string& body) {
  SitePage page;
  page.body = body;
  return page;
}

struct Direct {
  CrawlTime time{SteadyClock::instance(), never, {}};
  HttpFetcher fetcher;

  FetchResponse get(const std::string& url, const FetchTimeouts& timeouts = {}, std::size_t body_limit = 1000) {
    const auto parsed = Url::parse(url);
    return fetcher.fetch({&*parsed, "contend", timeouts, body_limit}, time);
  }
};

TEST(HttpFetcherTest, BringsStatusHeadersAndBody) {
  SitePage moved;
  moved.status = 301;
  moved.location = "/next";
  moved.retry_after = "7";
  moved.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  moved.encoded = true;
  const SiteServer server(
      {}, {}, {{"/", page_with("hello")}, {"/moved?x=1", moved}, {"/big", page_with(std::string(1001, 'x'))}});
  Direct direct;
  const FetchResponse hello = direct.get(server.origin());
  EXPECT_EQ(hello.error, FetchError::none);
  EXPECT_EQ(hello.status, 200);
  EXPECT_EQ(hello.body, "hello");
  EXPECT_TRUE(is_html(hello.content_type));
  const FetchResponse redirect = direct.get(server.origin() + "/moved?x=1");
  EXPECT_EQ(redirect.status, 301);
  EXPECT_EQ(redirect.location, "/next");
  EXPECT_EQ(redirect.retry_after, "7");
  EXPECT_EQ(redirect.date, moved.date);
  EXPECT_TRUE(redirect.encoded);
  EXPECT_EQ(direct.get(server.origin() + "/none").status, 404);
  const FetchResponse big = direct.get(server.origin() + "/big");
  EXPECT_EQ(big.status, 200);
  EXPECT_TRUE(big.truncated);
  EXPECT_EQ(big.body, std::string(1000, 'x'));
  EXPECT_FALSE(direct.get(server.origin() + "/big", {}, 1001).truncated);
}

TEST(HttpFetcherTest, TellsHowAFetchFailed) {
  SitePage slow_head = page_with("x");
  slow_head.first_byte_ns = 60'000 * ms;
  SitePage slow_body = page_with("x");
  slow_body.body_ns = 60'000 * ms;
  const SiteServer server({}, {}, {{"/head", slow_head}, {"/body", slow_body}});
  const SiteServer breaking({}, {.broken_part = 1}, {});
  Direct direct;
  FetchTimeouts timeouts;
  timeouts.first_byte_ns = 20 * ms;
  EXPECT_EQ(direct.get(server.origin() + "/head", timeouts).error, FetchError::first_byte_timeout);
  timeouts = {};  // a busy machine may take its time for the head, within the total
  timeouts.total_ns = 100 * ms;
  EXPECT_EQ(direct.get(server.origin() + "/body", timeouts).error, FetchError::total_timeout);
  EXPECT_EQ(direct.get(breaking.origin()).error, FetchError::broken);
  EXPECT_EQ(direct.get("https://127.0.0.1/").error, FetchError::connect_failed);
  std::uint16_t closed_port = 0;
  {
    const SiteServer gone({}, {}, {});
    closed_port = gone.port();
  }
  EXPECT_EQ(direct.get(fmt::format("http://127.0.0.1:{}/", closed_port)).error, FetchError::connect_failed);
}

TEST(HttpFetcherTest, AConnectionThatTheServerHasClosedIsReplaced) {
  Direct direct;
  std::string body(100, 'x');
  for (int i = 0; i < 3; ++i) {
    const SiteServer server({}, {}, {{"/", page_with(body)}});
    EXPECT_EQ(direct.get(server.origin()).body, body);
    EXPECT_EQ(direct.get(server.origin()).body, body);
    EXPECT_EQ(server.requests(), 2U);
  }
}

TEST(SiteServerTest, ServesNothingOutsideItsFolder) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("contend-site-{}", ::getpid());
  fs::create_directories(folder / "public");
  std::ofstream(folder / "secret.html") << "secret";
  std::ofstream(folder / "public" / "index.html") << "<a href='a%20b.html'>";
  std::ofstream(folder / "public" / "a b.html") << "there";
  const SiteServer server(folder / "public");
  Direct direct;
  EXPECT_EQ(direct.get(server.origin() + "/a%20b.html").body, "there");
  EXPECT_EQ(direct.get(server.origin()).status, 200);
  EXPECT_EQ(direct.get(server.origin() + "/%2e%2e%2fsecret.html").status, 404);
  EXPECT_EQ(direct.get(server.origin() + "/..%2fsecret.html").status, 404);
  fs::remove_all(folder);
}

TEST(SiteServerTest, DrawsItsFaultsFromTheSeed) {
  const auto statuses = [](std::uint64_t seed) {
    const SiteServer server({}, {.seed = seed, .error_part = 0.3, .broken_part = 0.1, .redirect_part = 0.3}, {});
    Direct direct;
    std::string told;
    for (int i = 0; i < 200; ++i)
      told += fmt::format("{} ", direct.get(fmt::format("{}/{}", server.origin(), i)).status);
    return told;
  };
  EXPECT_EQ(statuses(1), statuses(1));
  EXPECT_NE(statuses(1), statuses(2));
  for (const char* status : {"0 ", "503 ", "302 ", "404 "}) EXPECT_NE(statuses(1).find(status), std::string::npos);
}

// --- every design ---

class CrawlerHttpTest : public testing::TestWithParam<Implementation<Crawler>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, CrawlerHttpTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

std::map<std::string, SitePage> small_site() {
  std::map<std::string, SitePage> pages;
  for (int i = 0; i < 40; ++i) {
    pages[fmt::format("/{}", i)] =
        page_with(html_with_links({fmt::format("/{}", (i * 7 + 1) % 40), fmt::format("/{}#x", (i + 1) % 40), "/../0"}));
  }
  pages["/"] = page_with(html_with_links({"/0", "/private"}));
  pages["/robots.txt"] = page_with("user-agent: *\ndisallow: /private");
  return pages;
}

TEST_P(CrawlerHttpTest, FaultsOfAServerChangeTheSetAsTheyChangeThatOfTheReference) {
  const ServerFaults faults{
      .seed = 3, .error_part = 0.15, .broken_part = 0.05, .redirect_part = 0.2, .off_origin_part = 0.1};
  Crawler::Options options{.workers = 4, .in_flight = 8};
  options.retry.attempts = 20;
  options.retry.base_ns = 0;
  const auto crawl_with = [&](const Implementation<Crawler>& implementation) {
    const SiteServer server({}, faults, small_site());
    HttpFetcher fetcher;
    Report report = implementation.make(options)->crawl(server.origin(), fetcher, SteadyClock::instance());
    const std::string port = std::to_string(server.port());
    for (CrawledPage& page : report.pages) page.url.replace(page.url.find(port), port.size(), "port");
    std::ranges::sort(report.pages, {}, &CrawledPage::url);
    // A request that the server drops on a kept connection is sent once more by the fetcher itself: a twentieth is dropped.
    const std::uint64_t fetches = report.fetches + report.robots_fetches;
    EXPECT_GE(server.requests(), fetches);
    EXPECT_LE(server.requests(), fetches + fetches / 5);
    return report;
  };
  const Report expected = crawl_with(*Registry<Crawler>::instance().find("reference"));
  const Report report = crawl_with(GetParam());
  EXPECT_EQ(report.pages, expected.pages) << "seed " << faults.seed;
  EXPECT_GT(report.count(PageOutcome::out_of_scope), 0U);
  EXPECT_GT(report.count(PageOutcome::redirected), 0U);
  EXPECT_GT(report.retries, 0U);
  EXPECT_EQ(report.count(PageOutcome::robots_refused), 1U);
  EXPECT_EQ(report.end, CrawlEnd::finished);
}

TEST_P(CrawlerHttpTest, AStopEndsFetchesThatWaitForTheServer) {
  auto pages = small_site();
  for (int i = 1; i < 40; ++i) pages[fmt::format("/{}", i)].first_byte_ns = 3600'000 * ms;
  const SiteServer server({}, {}, pages);
  HttpFetcher fetcher;
  std::stop_source stop;
  std::jthread stopper([&] {
    while (server.requests() < 4) std::this_thread::yield();  // robots.txt, / and /0 are fast, then one waits
    stop.request_stop();
  });
  const Report report =
      GetParam().make({.workers = 4})->crawl(server.origin(), fetcher, SteadyClock::instance(), stop.get_token());
  EXPECT_EQ(report.end, CrawlEnd::cancelled);
  EXPECT_GE(report.count(PageOutcome::in_flight), 1U);
  EXPECT_EQ(report.count(PageOutcome::in_flight) + report.count(PageOutcome::fetched), report.fetches);
}

// --- a real site: the documentation of SQLite, where its package is installed ---

const fs::path sqlite_doc = "/usr/share/doc/sqlite3";

bool sqlite_doc_there() {
  return fs::is_regular_file(sqlite_doc / "index.html") && fs::is_regular_file(sqlite_doc / "lang_select.html");
}
constexpr const char* sqlite_missing = "the Debian package sqlite3-doc is not installed";

TEST_P(CrawlerHttpTest, ARealSiteGivesTheSetOfTheReference) {
  if (!sqlite_doc_there()) GTEST_SKIP() << sqlite_missing;
  static const SiteServer server(sqlite_doc);
  HttpFetcher fetcher;
  // To depth 2, or every design would read 16 MB of HTML here.
  Crawler::Options options{.workers = 2, .in_flight = 16, .max_depth = 1};
  options.body_limit = 200'000;
  const auto crawl_with = [&](const Implementation<Crawler>& implementation) {
    return implementation.make(options)->crawl(server.origin(), fetcher, SteadyClock::instance());
  };
  static const Report expected = crawl_with(*Registry<Crawler>::instance().find("reference"));
  ASSERT_GT(expected.count(PageOutcome::fetched), 20U);
  EXPECT_EQ(crawl_with(GetParam()).pages, expected.pages);
}

}  // namespace
}  // namespace contend::crawler
