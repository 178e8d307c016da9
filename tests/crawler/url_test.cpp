// The identity of a page: URLs in normal form, also against the cases of the web platform tests.

#include "impls/crawler/url/url.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

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
  for (const std::string same : {"https://LAB.example/a",
                                 "HTTPS://lab.example:443/a",
                                 "https://u:p@lab.example/a",
                                 "https://lab.example./a",
                                 "https://lab.example:/a",
                                 "/a#x",
                                 "https://lab.example/b/../a",
                                 "/%61",
                                 "/./a",
                                 "../a",
                                 "../../../a",
                                 "\\a",
                                 "/b\\..\\a",
                                 "  /a\t",
                                 "\n/\r\na",
                                 "ht\ttps:\n//lab.exa\rmple/a",
                                 "/%6\n1",
                                 "https:\\\\lab.example\\a",
                                 "https:/a",
                                 "https:////lab.example/a",
                                 "/%2e/%2E%2e/a"}) {
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
  EXPECT_EQ(resolved(std::string("/a\0b\x1F\x7F c?\x01z", 11)), "https://lab.example/a%00b%1F%7F%20c?%01z");
  EXPECT_EQ(resolved("/s?a\\b"), "https://lab.example/s?a%5Cb");
  EXPECT_EQ(resolved(resolved("/\xC3\xA4 %zz")), resolved("/\xC3\xA4 %zz"));  // normal is what is normal
}

TEST(CrawlerUrlTest, RefusesWhatIsNoPage) {
  for (const std::string bad :
       {"mailto:a@b", "javascript:x", "ftp://lab.example/", "https://", "https:///", "https://a\x01/", "https://a b/",
        "https://lab.example:99999/", "https://lab.example:x/", "https://[::1/", "https://%6/",
        "https://lab\xC3\xA4.example/", "https://1.2.3/", "https://0x7f.1/", "https://a.example:80:80/"}) {
    EXPECT_EQ(resolved(bad), "refused") << bad;
  }
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

}  // namespace
}  // namespace contend::crawler
