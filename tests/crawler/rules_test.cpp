// What all crawlers share: the identity of URLs, robots.txt, links, Retry-After, and waiting.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "impls/crawler/html/links.hpp"
#include "impls/crawler/politeness/retry.hpp"
#include "impls/crawler/robots/robots.hpp"
#include "impls/crawler/time/crawl_time.hpp"
#include "impls/crawler/url/url.hpp"
#include "tests/support/real_input.hpp"

namespace contend::crawler {
namespace {

std::string resolved(const std::string& reference, const std::string& base = "https://lab.example/b/c?q#f") {
  const auto page = Url::parse(base);
  const auto url = page ? Url::resolve(*page, reference) : std::nullopt;
  return url ? url->text() : "refused";
}

TEST(CrawlerUrlTest, HasOneNormalForm) {
  const std::string a = "https://lab.example/a";
  for (const std::string same :
       {"https://LAB.example/a", "HTTPS://lab.example:443/a", "https://u:p@lab.example/a", "https://lab.example./a",
        "https://lab.example:/a", "/a#x", "https://lab.example/b/../a", "/%61", "/./a", "../a", "../../../a", "\\a",
        "/b\\..\\a", "  /a\t", "https:\\\\lab.example\\a", "https:/a", "https:////lab.example/a", "/%2e/%2E%2e/a"}) {
    EXPECT_EQ(resolved(same), a) << same;
  }
  EXPECT_EQ(resolved("http://lab.example/a"), "http://lab.example/a");
  EXPECT_EQ(resolved("http://lab.example:443"), "http://lab.example:443/");
  EXPECT_EQ(resolved("//other.example?x"), "https://other.example/?x");
  EXPECT_EQ(resolved(""), "https://lab.example/b/c?q");
  EXPECT_EQ(resolved("?r"), "https://lab.example/b/c?r");
  EXPECT_EQ(resolved("d/"), "https://lab.example/b/d/");
  EXPECT_EQ(resolved("x:y"), "refused");
  EXPECT_EQ(resolved("./x:y"), "https://lab.example/b/x:y");
  EXPECT_EQ(resolved("/a/.."), "https://lab.example/");
  EXPECT_EQ(resolved("/a//../b"), "https://lab.example/a/b");
}

TEST(CrawlerUrlTest, EncodesWhatMustBeAndDecodesOnlyWhatIsUnreserved) {
  EXPECT_EQ(resolved("/%2f%7e%c3%a4"), "https://lab.example/%2F~%C3%A4");
  EXPECT_EQ(resolved("/\xC3\xA4 b|\"<>"), "https://lab.example/%C3%A4%20b%7C%22%3C%3E");
  EXPECT_EQ(resolved("/100%"), "https://lab.example/100%25");
  EXPECT_EQ(resolved("/%zz%4"), "https://lab.example/%25zz%254");
  EXPECT_EQ(resolved("/s?b=2&a=1&a=%41+%20"), "https://lab.example/s?b=2&a=1&a=A+%20");
  EXPECT_EQ(resolved("/s?a\\b"), "https://lab.example/s?a%5Cb");
  EXPECT_EQ(resolved(resolved("/\xC3\xA4 %zz")), resolved("/\xC3\xA4 %zz"));  // normal is what is normal
}

TEST(CrawlerUrlTest, RefusesWhatIsNoPage) {
  for (const std::string bad :
       {"mailto:a@b", "javascript:x", "ftp://lab.example/", "https://", "https:///", "/a\nb", "/a\rb", "/a\tb",
        "https://a b/", "https://lab.example:99999/", "https://lab.example:x/", "https://[::1/", "https://%6/",
        "https://lab\xC3\xA4.example/", "https://1.2.3/", "https://0x7f.1/", "https://a.example:80:80/"}) {
    EXPECT_EQ(resolved(bad), "refused") << bad;
  }
  EXPECT_EQ(resolved(std::string("/a\0b", 4)), "refused");
  EXPECT_EQ(resolved("/" + std::string(max_url_bytes, 'a')), "refused");
  EXPECT_EQ(Url::parse("/a"), std::nullopt);
}

TEST(CrawlerUrlTest, ShowsItsParts) {
  const auto url = Url::parse("http://[2001:DB8::0:1]:8080/a/b?c=d");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text(), "http://[2001:db8::1]:8080/a/b?c=d");
  EXPECT_EQ(url->host(), "[2001:db8::1]");
  EXPECT_EQ(url->port(), 8080);
  EXPECT_EQ(url->origin(), "http://[2001:db8::1]:8080");
  EXPECT_EQ(url->target(), "/a/b?c=d");
  EXPECT_EQ(Url::parse("https://127.0.0.1")->port(), 443);
}

// --- the cases of the web platform tests ---

// Where a crawler decides otherwise than a browser, and why that is accepted; empty: it must not.
std::string accepted_difference(const std::string& input) {
  const auto any = [](std::string_view text, auto test) { return std::ranges::any_of(text, test); };
  if (any(input, [](char c) { return c >= 0 && c < 0x20; })) return "control characters are refused";
  const std::size_t slashes = input.find("//");
  const std::string host = slashes == std::string::npos
                               ? ""
                               : input.substr(slashes + 2, input.find_first_of("/?#\\", slashes + 2) - slashes - 2);
  if (any(host, [](char c) { return c < 0 || c == '%'; })) return "names are not converted to IDNA";
  if (host.starts_with('.') || host.ends_with("..") || host.find_first_of("[!") != std::string::npos) {
    return "hosts of marks are refused";
  }
  if (!host.empty() && host.find_first_not_of("0123456789abcdefABCDEFx.") == std::string::npos) {
    return "numbers as hosts are taken in their usual form only";
  }
  return input.find('\'') != std::string::npos ? "' stays as it is in a query" : "";
}

TEST(CrawlerUrlTest, AgreesWithTheWebPlatformTestsOnHttp) {
  const std::string name = "urls/urltestdata.json";
  const auto file = real_input(name);
  if (!file) GTEST_SKIP() << no_real_input(name);
  std::ifstream in(*file);
  const auto cases = nlohmann::json::parse(in);
  int agreed = 0;
  int refused = 0;
  int failures = 0;
  std::map<std::string, int> differences;
  for (const auto& test : cases) {
    if (!test.is_object()) continue;
    const std::string input = test["input"];
    std::optional<Url> base;
    if (test["base"].is_string()) {
      base = Url::parse(test["base"].get<std::string>());
      if (!base) continue;
    }
    const auto got = base ? Url::resolve(*base, input) : Url::parse(input);
    if (test.value("failure", false)) {
      if (!input.starts_with("http:") && !input.starts_with("https:")) continue;
      ++failures;
      refused += got ? 0 : 1;
      EXPECT_FALSE(got) << input << " became " << got->text();
      continue;
    }
    const std::string href = test["href"];
    if (!href.starts_with("http:") && !href.starts_with("https:")) continue;
    const auto part = [&](const char* field) { return test.at(field).get<std::string>(); };
    std::string expected = part("protocol") + "//" + part("host") + part("pathname");
    if (href.find('?') != std::string::npos && href.find('?') < href.find('#')) {
      expected += part("search").empty() ? "?" : part("search");
    }
    // What a browser leaves as it is and RFC 3986 does not allow is encoded in both.
    const auto normal = Url::parse(expected);
    if (got && normal && got->text() == normal->text()) {
      ++agreed;
      continue;
    }
    const std::string reason = accepted_difference(input);
    EXPECT_NE(reason, "") << nlohmann::json(input) << " at " << test["base"] << ": a browser says " << href
                          << ", we say " << (got ? got->text() : "refused");
    ++differences[reason];
  }
  std::string told = fmt::format("{} agree, {} of {} failures refused", agreed, refused, failures);
  for (const auto& [reason, count] : differences) told += fmt::format("; {} differ: {}", count, reason);
  std::cout << told << '\n';
  EXPECT_GE(agreed, 200);
  EXPECT_GE(failures, 150);
}

// --- robots.txt ---

bool allows(const std::string& text, const std::string& target, const std::string& agent = "contend") {
  return RobotsRules::parse(text, agent).allows(target);
}

TEST(RobotsTest, TheGroupOfTheProductTokenCountsElseThatOfAll) {
  const std::string text =
      "User-Agent: other\nDisallow: /\n\nuser-agent: *\ndisallow: /all\n\nUSER-AGENT: Contend/1.0\nuser-agent: "
      "more\nDisallow: /own\nuser-agent: contend\ndisallow: /second\n";
  EXPECT_FALSE(allows(text, "/own"));
  EXPECT_FALSE(allows(text, "/second"));  // groups of one name count together
  EXPECT_TRUE(allows(text, "/all"));
  EXPECT_FALSE(allows(text, "/all", "stranger"));
  EXPECT_TRUE(allows(text, "/own", "stranger"));
  EXPECT_FALSE(allows(text, "/own", "MORE"));
  EXPECT_TRUE(allows(text, "/own", "conten"));  // no prefix
  EXPECT_TRUE(allows("user-agent: contend\ndisallow:\nuser-agent: *\ndisallow: /", "/x"));
}

TEST(RobotsTest, TheLongestRuleWinsAndAllowWinsTies) {
  EXPECT_FALSE(allows("user-agent: *\nallow: /p\ndisallow: /page", "/page"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /page\nallow: /page.html", "/page.html"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /page\nallow: /page", "/page"));
  EXPECT_FALSE(allows("user-agent: *\nallow: /p\ndisallow: /*.html", "/page.html"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /Page", "/page"));  // case matters
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /", "/robots.txt"));
  EXPECT_TRUE(allows("", "/x"));
}

TEST(RobotsTest, StarAndDollarAreKnown) {
  const std::string gif = "user-agent: *\ndisallow: /*.gif$";
  EXPECT_FALSE(allows(gif, "/a/b.gif"));
  EXPECT_TRUE(allows(gif, "/a/b.gif?x"));
  EXPECT_FALSE(allows(gif, "/a.gif.gif"));
  EXPECT_FALSE(allows("user-agent: *\ndisallow: /a*b*c", "/axxbxxbc/d"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /a*b*c", "/axxbxx"));
  EXPECT_FALSE(allows("user-agent: *\ndisallow: *", "/x"));
  EXPECT_FALSE(allows("user-agent: *\ndisallow: /$", "/"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /$", "/x"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /a$b", "/ab"));  // only at the end
}

TEST(RobotsTest, PatternsAreComparedInNormalForm) {
  EXPECT_FALSE(allows("user-agent: *\ndisallow: /%7ejoe", "/~joe"));
  EXPECT_FALSE(allows("user-agent: *\ndisallow: /\xC3\xA4", "/%C3%A4"));
  EXPECT_FALSE(allows("user-agent: *\ndisallow: /a%3cd", "/a%3Cd"));
  EXPECT_TRUE(allows("user-agent: *\ndisallow: /a%2Fb", "/a/b"));
}

TEST(RobotsTest, ReadsWhatPeopleWrite) {
  EXPECT_FALSE(allows("\xEF\xBB\xBFuser-agent: *\r\ndisallow: /x # why\r\n", "/x"));
  EXPECT_FALSE(allows("user-agent : *\rdisallow :/x\rnonsense\r", "/x"));
  EXPECT_FALSE(allows("user-agent: *\nsitemap: http://x/\nuser-agent: a\ndisallow: /x", "/x"));
  EXPECT_TRUE(allows("disallow: /x\nuser-agent: *\n", "/x"));  // a rule of nobody
  EXPECT_TRUE(allows(std::string("\0\xFF\n:\n", 5), "/x"));
}

TEST(RobotsTest, ReadsHalfAMegabyteAndNoMore) {
  std::string text = "user-agent: *\n";
  while (text.size() < max_robots_bytes - 40) text += "disallow: /nothing\n";
  EXPECT_FALSE(allows(text + "disallow: /x\n", "/x"));
  while (text.size() < max_robots_bytes + 40) text += "disallow: /nothing\n";
  EXPECT_TRUE(allows(text + "disallow: /x\n", "/x"));
}

// --- links ---

std::vector<std::string> links_in(const std::string& html) {
  std::vector<std::string> urls;
  for (const Url& url : links_of(html, *Url::parse("http://lab.example/dir/page"))) urls.push_back(url.text());
  return urls;
}

TEST(LinksTest, AreThoseOfAnchorsAreasAndFramesInTheirOrder) {
  EXPECT_EQ(links_in("<a href='b'>x</a><AREA HREF=/c><iframe src='//d.example'></iframe><a name=x><img src=e>"
                     "<link href=f><a href='b#again'><script>var s = '<a href=g>'</script><!-- <a href=h> -->"
                     "<a href='i?x=1&amp;y=2'><p title='<a href=j>'><a href='mailto:k'>"),
            (std::vector<std::string>{"http://lab.example/dir/b", "http://lab.example/c", "http://d.example/",
                                      "http://lab.example/dir/i?x=1&y=2"}));
  EXPECT_EQ(links_in("<frameset><frame src=a></frameset>"), (std::vector<std::string>{"http://lab.example/dir/a"}));
  EXPECT_TRUE(links_in("").empty());
}

TEST(LinksTest, TheFirstBaseCounts) {
  EXPECT_EQ(links_in("<base href='/other/'><base href='/third/'><a href=b>"),
            (std::vector<std::string>{"http://lab.example/other/b"}));
  EXPECT_EQ(links_in("<base target=x><base href='mailto:x'><a href=b>"),
            (std::vector<std::string>{"http://lab.example/dir/b"}));
}

TEST(LinksTest, DeepNestingUsesNoStack) {
  std::string html;
  for (int i = 0; i < 3000; ++i) html += "<div><span>";
  EXPECT_EQ(links_in(html + "<a href=b>").size(), 1U);
}

TEST(LinksTest, HtmlIsKnownByItsType) {
  EXPECT_TRUE(is_html("text/html"));
  EXPECT_TRUE(is_html("Text/HTML ; charset=utf-8"));
  EXPECT_TRUE(is_html("application/xhtml+xml"));
  EXPECT_FALSE(is_html("text/htmlx"));
  EXPECT_FALSE(is_html("text/plain"));
  EXPECT_FALSE(is_html(""));
}

// --- retries ---

TEST(RetryTest, RetryAfterIsSecondsOrADate) {
  constexpr DurationNs second = 1'000'000'000;
  EXPECT_EQ(retry_after_ns("120", ""), 120 * second);
  EXPECT_EQ(retry_after_ns("0", ""), 0);
  EXPECT_EQ(retry_after_ns("99999999999999999999999", ""), forever);
  EXPECT_EQ(retry_after_ns("-1", ""), std::nullopt);
  EXPECT_EQ(retry_after_ns("", ""), std::nullopt);
  EXPECT_EQ(retry_after_ns("soon", ""), std::nullopt);
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(retry_after_ns(date, "Sun, 06 Nov 1994 08:49:30 GMT"), 7 * second);
  EXPECT_EQ(retry_after_ns(date, "Mon, 07 Nov 1994 08:49:30 GMT"), 0);
  EXPECT_EQ(retry_after_ns(date, ""), std::nullopt);
}

TEST(RetryTest, TheJitterIsFullAndCapped) {
  RetryPolicy policy;
  policy.attempts = 100;
  policy.base_ns = 1000;
  policy.cap_ns = 5000;
  FetchResponse response;
  response.status = 503;
  DurationNs least = forever;
  DurationNs most[4] = {};
  for (int i = 0; i < 2000; ++i) {
    const Url url = *Url::parse(fmt::format("http://lab.example/{}", i));
    for (std::uint32_t attempt = 0; attempt < 4; ++attempt) {
      const DurationNs wait_ns = *retry_wait_ns(policy, 1, url, attempt, response);
      least = std::min(least, wait_ns);
      most[attempt] = std::max(most[attempt], wait_ns);
    }
    EXPECT_LE(*retry_wait_ns(policy, 1, url, 90, response), 5000);
  }
  EXPECT_LT(least, 20);
  EXPECT_TRUE(most[0] > 980 && most[0] <= 1000) << most[0];
  EXPECT_TRUE(most[1] > 1960 && most[1] <= 2000) << most[1];
  EXPECT_TRUE(most[2] > 3920 && most[2] <= 4000) << most[2];
  EXPECT_TRUE(most[3] > 4900 && most[3] <= 5000) << most[3];
}

// --- waiting ---

TEST(CrawlTimeTest, SimulatedTimeJumpsWhenNobodyIsBusyAndToTheFirstDeadline) {
  SimulatedClock clock;
  CrawlTime time(clock, never, {});
  std::vector<TimeNs> woken(3);
  time.enlist(3);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        const CrawlTime::Enlisted enlisted(time);
        for (int k = 1; k <= 100; ++k) EXPECT_TRUE(time.sleep_until(k * 30 + 10 * i));
        woken[static_cast<std::size_t>(i)] = time.now();
      });
    }
  }
  EXPECT_EQ(clock.now(), 3020);
  EXPECT_EQ(woken[2], 3020);
  EXPECT_LE(woken[0], 3010);  // nobody slept past the deadline of another
}

TEST(CrawlTimeTest, AStopAndTheEndWakeWhoSleeps) {
  std::stop_source stop;
  CrawlTime time(SteadyClock::instance(), never, stop.get_token());
  time.enlist(1);
  std::jthread sleeper([&] {
    const CrawlTime::Enlisted enlisted(time);
    EXPECT_FALSE(time.sleep_until(never));
  });
  stop.request_stop();
  sleeper.join();
  SimulatedClock clock;
  CrawlTime ending(clock, 1000, {});
  ending.enlist(1);
  const CrawlTime::Enlisted enlisted(ending);
  EXPECT_TRUE(ending.sleep_until(999));
  EXPECT_FALSE(ending.sleep_until(2000));
  EXPECT_EQ(clock.now(), 1000);
}

}  // namespace
}  // namespace contend::crawler
