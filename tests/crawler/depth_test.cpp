// How far a crawl goes: the bodies it takes links from, depth, and the number of pages.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

// --- bodies ---

TEST_P(CrawlerTest, LinksAreTakenOfCompleteHtmlOnly) {
  site.set(lab + "/", links({"/big", "/text", "/xhtml", "/zipped", "/none", "/error"}));
  SitePage page = links({"/never"});
  page.content_type = "text/plain";
  site.set(lab + "/text", page);
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
  page = links({"/found_too"});
  page.content_type = "";
  site.set(lab + "/none", page);
  Crawler::Options options = usual();
  options.body_limit = 4000;
  const Report report = crawl(lab, options);
  EXPECT_EQ(told(report, lab + "/never"), "not met");
  EXPECT_EQ(told(report, lab + "/found_too"), "http_error 404 depth 2");
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

}  // namespace
}  // namespace contend::crawler
