// What all crawlers share: robots.txt, links, Retry-After, and waiting.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "impls/crawler/html/links.hpp"
#include "impls/crawler/politeness/retry.hpp"
#include "impls/crawler/robots/robots.hpp"
#include "impls/crawler/time/crawl_time.hpp"
#include "impls/crawler/url/url.hpp"

namespace contend::crawler {
namespace {

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

TEST(RobotsTest, ALineThatIsCutIsNone) {
  EXPECT_TRUE(RobotsRules::parse("user-agent: *\ndisallow: /p", "x", true).allows("/page"));
  EXPECT_FALSE(RobotsRules::parse("user-agent: *\ndisallow: /p\nallow: /pa", "x", true).allows("/page"));
  EXPECT_FALSE(RobotsRules::parse("user-agent: *\ndisallow: /p", "x").allows("/page"));
}

TEST(RobotsTest, AMarkOfUtf16IsBelieved) {
  std::string text;
  for (const char c : std::string_view("user-agent: *\ndisallow: /x\n")) text += std::string{c, '\0'};
  EXPECT_FALSE(allows("\xFF\xFE" + text, "/x"));
  EXPECT_TRUE(allows("\xFF\xFE" + text, "/y"));
}

// Stars that nearly fit at every place of a long target: by trying them all it would take minutes.
TEST(RobotsTest, NoPatternTakesLong) {
  std::string pieces;
  for (int i = 0; i < 4000; ++i) pieces += 'a';
  std::string text = "user-agent: *\n";
  while (text.size() < max_robots_bytes - 8100) text += "disallow: /*" + pieces + "b*" + pieces + "c\n";
  const RobotsRules rules = RobotsRules::parse(text, "contend");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(rules.allows("/" + std::string(8000, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
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

// --- retries ---

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
