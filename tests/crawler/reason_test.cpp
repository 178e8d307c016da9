// The report says why each address was not fetched, and fits a terminal.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/crawler/crawler_fixture.hpp"

namespace contend::crawler {
namespace {

std::string reason_of(const Report& report, const std::string& url) {
  for (const CrawledPage& page : report.pages) {
    if (page.url == url) return fmt::format("{}: {}", to_string(page.outcome), page.reason);
  }
  return "not met";
}

TEST_P(CrawlerTest, TheReportSaysWhyAPageWasNotFetched) {
  site.set(lab + "/robots.txt", robots("user-agent: *\ndisallow: /priv*e\nallow: /private/open\n"));
  site.set(lab + "/", links({"/private", "/out", "/bad", "/slow", "/big", "/gone", "/zipped", "/circle", "/ok"}));
  site.set(lab + "/out", redirect("https://evil.example/x"));
  site.set(lab + "/bad", redirect("gopher://\x1B[31m/"));
  site.set(lab + "/circle", redirect("/circle?1"));
  site.set(lab + "/circle?1", redirect("/circle?2"));
  site.set(lab + "/ok", links({}));
  SitePage page = links({});
  page.first_byte_ns = 3600 * second;
  site.set(lab + "/slow", page);
  page = links({});
  page.body += std::string(5000, ' ');
  site.set(lab + "/big", page);
  page = links({});
  page.encoded = true;
  site.set(lab + "/zipped", page);
  Crawler::Options options = usual();
  options.robots = true;
  options.body_limit = 4000;
  options.max_redirects = 1;
  options.retry.attempts = 1;
  const Report report = crawl(lab, options);
  EXPECT_EQ(reason_of(report, lab + "/private"), "robots_refused: Disallow: /priv*e");
  EXPECT_EQ(reason_of(report, lab + "/out"), "redirected: to https://evil.example/x");
  EXPECT_EQ(reason_of(report, "https://evil.example/x"), "out_of_scope: redirected from " + lab + "/out");
  EXPECT_EQ(reason_of(report, lab + "/bad"), "bad_redirect: to gopher://?[31m/");
  EXPECT_EQ(reason_of(report, lab + "/circle?1"), "too_many_redirects: to " + lab + "/circle?2");
  EXPECT_EQ(reason_of(report, lab + "/slow"), "timed_out: no answer in time");
  EXPECT_EQ(reason_of(report, lab + "/big"), "truncated: more than 4000 bytes");
  EXPECT_EQ(reason_of(report, lab + "/zipped"), "fetched: no links are taken: it has a Content-Encoding");
  EXPECT_EQ(reason_of(report, lab + "/ok"), "fetched: ");
  const std::string text = render(report, 60);
  EXPECT_NE(text.find("robots_refused: Disallow: /priv*e\n  " + lab + "/private\n"), std::string::npos) << text;
  EXPECT_NE(text.find("http_error 404\n  " + lab + "/gone\n"), std::string::npos) << text;
}

TEST(RenderTest, FitsTheTerminalAndCountsWhatItLeavesOut) {
  Report report;
  const auto add = [&](const std::string& url, PageOutcome outcome, const std::string& reason) {
    report.pages.push_back({url, 0, 0, outcome, reason});
    ++report.by_outcome[static_cast<std::size_t>(outcome)];
  };
  for (int i = 0; i < 7; ++i)
    add(fmt::format("http://a.example/{}{}", std::string(90, 'x'), i), PageOutcome::robots_refused, "R");
  for (int i = 0; i < 40; ++i) add("http://b.example/", PageOutcome::unreachable, fmt::format("reason {}", i));
  add("http://c.example/", PageOutcome::fetched, "");
  const std::string text = render(report, 50);
  EXPECT_NE(text.find("crawl finished: 48 addresses, 1 of them fetched\n"), std::string::npos) << text;
  EXPECT_NE(text.find("robots_refused: R\n  http://a.example/xxxxx"), std::string::npos) << text;
  EXPECT_NE(text.find("  and 4 more\n"), std::string::npos) << text;
  EXPECT_NE(text.find("unreachable: 30 more, for other reasons\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("c.example"), std::string::npos) << text;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 50U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

}  // namespace
}  // namespace contend::crawler
