// Which pages a crawl visits: identity, scope, and redirects.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

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
  for (const std::string start : {"", "lab.example", "ftp://lab.example/", "http://", "http://a b/"}) {
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

}  // namespace
}  // namespace contend::crawler
