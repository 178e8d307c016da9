#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/inputs/crawler/memory_site.hpp"
#include "impls/base/clock.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {

constexpr DurationNs ms = 1'000'000;
constexpr DurationNs second = 1000 * ms;

inline const std::string lab = "https://lab.example";

inline SitePage links(const std::vector<std::string>& targets) {
  SitePage page;
  page.body = html_with_links(targets);
  return page;
}
inline SitePage redirect(const std::string& location, int status = 302) {
  SitePage page;
  page.status = status;
  page.location = location;
  return page;
}
inline SitePage answer(int status) {
  SitePage page;
  page.status = status;
  return page;
}
inline SitePage robots(const std::string& text) {
  SitePage page;
  page.content_type = "text/plain";
  page.body = text;
  return page;
}

// "fetched 200 depth 1" of a URL, or "not met".
inline std::string told(const Report& report, const std::string& url) {
  for (const CrawledPage& page : report.pages) {
    if (page.url == url) return fmt::format("{} {} depth {}", to_string(page.outcome), page.status, page.depth);
  }
  return "not met";
}
inline std::vector<std::string> urls_of(const Report& report) {
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

}  // namespace contend::crawler
