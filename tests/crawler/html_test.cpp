// What a page refers to, whatever it is made of: hostile pages, character sets, and another HTML parser to compare with.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <gumbo.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "impls/crawler/html/character_references.hpp"
#include "impls/crawler/html/charset.hpp"
#include "impls/crawler/html/links.hpp"
#include "impls/crawler/url/url.hpp"
#include "tests/support/allocation_faults.hpp"

namespace contend::crawler {
namespace {

using namespace std::string_literals;

const Url& page() {
  static const Url url = *Url::parse("http://lab.example/d/page");
  return url;
}
constexpr std::string_view site = "http://lab.example";

// Without the site, which all of them have.
std::vector<std::string> paths_of(const std::vector<Url>& urls) {
  std::vector<std::string> paths;
  for (const Url& url : urls) {
    paths.push_back(url.origin() == site ? std::string(url.target()) : url.text());
  }
  return paths;
}
std::vector<std::string> links_in(const std::string& html, const std::string& content_type = "text/html") {
  return paths_of(links_of(html, content_type, page(), [] { return false; }).urls);
}
using Paths = std::vector<std::string>;

// --- which tags are tags ---

TEST(HtmlTest, TabsAndEndsOfLinesWithinALinkAreDropped) {
  EXPECT_EQ(links_in("<a href=\"x\ny\"><a href=' /a\r\n/b\t'><a href='\thttp://lab.ex\nample/c'>"),
            (Paths{"/d/xy", "/a/b", "/c"}));
}

TEST(HtmlTest, WhatATemplateHoldsIsNoPartOfThePage) {
  EXPECT_EQ(links_in("<template><base href=/t/></template><a href=y>"), Paths{"/d/y"});
  EXPECT_EQ(links_in("<template><a href=x></template>"), Paths{});
  EXPECT_EQ(links_in("<template><template></template><a href=x></template><a href=y></template><a href=z>"),
            (Paths{"/d/y", "/d/z"}));
  EXPECT_EQ(links_in("<template><svg><desc><a href=x></template><a href=y>"), Paths{"/d/y"});
  EXPECT_EQ(links_in("<template><a href=x>"), Paths{});
  EXPECT_EQ(links_in("<svg><template></svg><a href=y>"), Paths{"/d/y"});  // there it is no template
}

TEST(HtmlTest, ElementsThatHoldPlainTextHoldNoTags) {
  for (const std::string name : {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "TITLE"}) {
    EXPECT_EQ(links_in(fmt::format("<{0}><a href=x></{0}x><a href=x></{0}\t z='>'><a href=y>", name)), Paths{"/d/y"})
        << name;
    EXPECT_EQ(links_in(fmt::format("<{0}><a href=x>", name)), Paths{}) << name;
  }
  for (const std::string name : {"noframes", "noscript", "object", "select", "p"}) {
    EXPECT_EQ(links_in(fmt::format("<{0}><a href=y></{0}>", name)), Paths{"/d/y"}) << name;
  }
  EXPECT_EQ(links_in("<a href=y><plaintext><a href=x></plaintext><a href=x>"), Paths{"/d/y"});
  EXPECT_EQ(links_in("<script><!-- <script> </script> <a href=x> --></script><a href=y>"), Paths{"/d/y"});
  EXPECT_EQ(links_in("<script><!-- </script><a href=y>"), Paths{"/d/y"});
  EXPECT_EQ(links_in("<script><!--><script></script><a href=y>"), Paths{"/d/y"});
}

TEST(HtmlTest, CommentsAndDeclarationsHoldNoTags) {
  for (const std::string comment :
       {"<!--<a href=x>-->", "<!-->", "<!--->", "<!--<a href=x>--!>", "<!---- ><a href=x>-->", "<!-<a href=x>",
        "<!doctype html <a href=x>", "<?php <a href=x>", "</ <a href=x>", "<![CDATA[<a href=x>", "<>", "</>", "<",
        "< a href=x>", "<1 href=x>"}) {
    EXPECT_EQ(links_in(comment + "<a href=y>"), Paths{"/d/y"}) << comment;
  }
  EXPECT_EQ(links_in("<svg><![CDATA[<a href=x>]]><title><a href=y></svg><![CDATA[<a href=x>]]><a href=z>"),
            (Paths{"/d/y", "/d/z"}));
  for (const std::string broken :
       {"<a href=x", "<a href='x", "<a href='x>", "<a href=\"x>", "<a href= ", "<a ", "<!--"}) {
    EXPECT_EQ(links_in("<a href=y>" + broken), Paths{"/d/y"}) << broken;
  }
}

TEST(HtmlTest, AttributesAreReadAsBrowsersDo) {
  EXPECT_EQ(
      links_in("<a =href=x href=a href=x><a\fHREF\n=\r'b'title=x><a/href=c/d/><a data-href=x><a href><a title='>' "
               "href=e><a title=href=x href=f>g</a href=x>"),
      (Paths{"/d/a", "/d/b", "/d/c/d/", "/d/page", "/d/e", "/d/f"}));
  EXPECT_EQ(decoded_references(
                "a&amp;b&ampc&amp=&amp&copy;&#x41;&#65&#0;&#x80;&#x110000;&#99999999999;&nosuch;&;&#;&#x;&notin;"
                "&notit;&NotEqualTilde;"),
            "a&b&ampc&amp=&\u00A9AA\uFFFD\u20AC\uFFFD\uFFFD&nosuch;&;&#;&#x;\u2209&notit;\u2242\u0338");
  EXPECT_EQ(decoded_references("\0&"s), "\uFFFD&");
}

TEST(HtmlTest, XmlElementsCloseThemselves) {
  const std::string xhtml = "<script src='s.js'/><title/><a id='x' href='y'/><![CDATA[<a href='x'>]]>";
  EXPECT_EQ(links_in(xhtml, "application/xhtml+xml"), Paths{"/d/y"});
  EXPECT_EQ(links_in(xhtml, "text/html"), Paths{});
}

TEST(HtmlTest, HtmlIsKnownByItsTypeOrByNone) {
  for (const std::string type :
       {"text/html", "text/html\t;x", "Text/HTML ; charset=utf-8", " text/html ", "", "application/xhtml+xml"}) {
    EXPECT_TRUE(is_html(type)) << type;
  }
  for (const std::string type : {"text/htmlx", "text/plain", ";", "text"}) EXPECT_FALSE(is_html(type)) << type;
}

// --- character sets ---

TEST(CharsetTest, APageIsReadInItsOwn) {
  const std::string latin = "<a href=\"caf\xE9?q=\xE9#\xE9\">";
  const Paths read{"/d/caf%C3%A9?q=%E9"};
  EXPECT_EQ(links_in("<meta charset=iso-8859-1>" + latin), read);
  EXPECT_EQ(links_in("<META http-equiv=Content-Type content='text/html; charset=\"Latin1\"'>" + latin), read);
  EXPECT_EQ(links_in("<?xml version='1.0' encoding='ISO-8859-1'?>" + latin), read);
  EXPECT_EQ(links_in("<meta charset=utf-8>" + latin, "text/html; x=y; Charset=windows-1252"), read);
  EXPECT_EQ(links_in(latin), read);                                                    // no UTF-8, and nothing said
  EXPECT_EQ(links_in(std::string(1100, ' ') + "<meta charset=utf-8>" + latin), read);  // too late
  EXPECT_EQ(links_in("<!-- <meta charset=utf-8> -->" + latin), read);
  EXPECT_EQ(links_in("<meta charset=utf-8>" + latin), Paths{"/d/caf%EF%BF%BD?q=%EF%BF%BD"});
  const std::string utf8 = "<a href=\"caf\u00E9?q=\u00E9\">";
  const Paths read_utf8{"/d/caf%C3%A9?q=%C3%A9"};
  EXPECT_EQ(links_in(utf8), read_utf8);
  EXPECT_EQ(links_in("\xEF\xBB\xBF" + utf8, "text/html; charset=latin1"), read_utf8);
  EXPECT_EQ(links_in("<meta charset=utf-16>" + utf8), read_utf8);  // read so far, it is none
  EXPECT_EQ(links_in("<meta charset=nosuch>" + utf8), read_utf8);
  EXPECT_EQ(links_in("<a href='?q=&#x20AC;&#x3A9;&#x1F600;'>", "text/html;charset=cp1252"),
            Paths{"/d/page?q=%80%26%23937%3B%26%23128512%3B"});
  EXPECT_EQ(links_in("<a href='\x81'>", "text/html;charset=latin1"), Paths{"/d/%C2%81"});
}

TEST(CharsetTest, EncodingsOfSeveralBytesAreDecoded) {
  EXPECT_EQ(links_in("<a href=\x95\x5C>", "text/html; charset=Shift_JIS"), Paths{"/d/%E8%A1%A8"});
  EXPECT_EQ(links_in("<meta charset=sjis><a href='/?q=\x95\x5C'>"), Paths{"/?q=%95%5C"});
  EXPECT_EQ(links_in("<a href='\x81\x30\x81\x30\xC4\xE3'>", "text/html; charset=gb2312"), Paths{"/d/%C2%80%E4%BD%A0"});
  EXPECT_EQ(links_in("<a href='\x1B$B$\"\x1B(B?\x1B$B$\"\x1B(B'>", "text/html; charset=iso-2022-jp"),
            Paths{"/d/%E3%81%82?%1B%24B%24%22%1B%28B"});
}

TEST(CharsetTest, ALongPageIsReadAsAShortOne) {
  const Charset shift_jis = *Charset::of_label("shift_jis");
  for (std::size_t before = 4090; before < 4100; ++before) {
    const std::string page_of(before, 'x');
    EXPECT_EQ(shift_jis.to_utf8(page_of + "\x95\x5C" + page_of, [] { return false; }), page_of + "\u8868" + page_of);
  }
}

std::string utf16(const std::string& ascii, bool big_endian) {
  std::string wide;
  for (const char c : ascii) wide += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return wide;
}

TEST(CharsetTest, Utf16IsKnownByItsMarkItsTypeOrItsDeclaration) {
  for (const bool big_endian : {false, true}) {
    const std::string html = utf16("<a href=/x><a href='?q=", big_endian) +
                             (big_endian ? "\x20\xAC\xD8\x00"s : "\xAC\x20\x00\xD8"s) + utf16("'>", big_endian);
    const Paths read{"/x", "/d/page?q=%E2%82%AC%EF%BF%BD"};  // the query is UTF-8; half a pair is no character
    EXPECT_EQ(links_in((big_endian ? "\xFE\xFF" : "\xFF\xFE") + html, "text/html; charset=utf-8"), read);
    EXPECT_EQ(links_in(html, big_endian ? "text/html; charset=utf-16be" : "text/html; charset=utf-16"), read);
    EXPECT_EQ(links_in(utf16("<?xml version='1.0'?>", big_endian) + html), read);
  }
  EXPECT_EQ(links_in("\xFF\xFE<"s), Paths{});
}

// --- hostile pages ---

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

// A page that a tree builder, or a look ahead, takes a time for that grows with the square of its size.
std::vector<std::string> hostile_pages(std::size_t bytes) {
  const std::size_t half = bytes / 2;
  std::string formatting = "<p>";
  for (int i = 0; formatting.size() < half; ++i) formatting += fmt::format("<b a={}>", i);
  return {formatting + repeated("<p>x", half),
          repeated("<div>", bytes),
          repeated("<div>", half) + repeated("</p>", half),
          "<a" + repeated(" a0 a1=x", bytes) + ">",
          "<a" + repeated(" href=x", bytes) + ">",
          repeated("<svg>", half) + repeated("</math>", half),
          repeated("<svg><desc>", half) + repeated("</template></title>", half),
          repeated("<template>", half) + repeated("</svg>", half),
          repeated("<!--", bytes),
          "<!--" + repeated("--!-", bytes),
          repeated("<![CDATA[", bytes),
          "<svg>" + repeated("<![CDATA[]]", bytes),
          "<script>" + repeated("<!--<script>", bytes),
          "<title>" + repeated("</titl", bytes),
          repeated("<", bytes),
          repeated("<a href='", bytes),
          "<a href='" + repeated("&", bytes),
          "<a href='" + repeated("&#", bytes) + "'>",
          "<a href='&#" + repeated("9", bytes) + "'>",
          "<a href='" + repeated("\t", bytes) + "'>",
          repeated("<meta charset=", bytes),
          repeated("charset", bytes),
          repeated("\xFF", bytes),
          repeated("<table><a href=x>", bytes),
          repeated("<base href=x>", bytes)};
}

TEST(HtmlTest, NoPageTakesLongOrMuchMemory) {
  constexpr std::size_t bytes = std::size_t{4} << 20;
  const std::vector<std::string> pages = hostile_pages(bytes);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    for (const std::string content_type : {"text/html", "text/html; charset=shift_jis"}) {
      const std::size_t before = allocated_bytes();
      std::size_t most = 0;
      const auto began = std::chrono::steady_clock::now();
      links_of(pages[i], content_type, page(), [&] {
        most = std::max(most, allocated_bytes() - before);
        return false;
      });
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      EXPECT_LT(took.count(), 20.0) << "page " << i << " " << content_type << ", which took minutes by its square";
      EXPECT_LT(most, 16 * bytes) << "page " << i << " " << content_type;
    }
  }
}

TEST(HtmlTest, TheLinksOfAPageAreBoundedByItsSize) {
  std::string html = "<base href='/" + std::string(8000, 'b') + "/'>";
  for (int i = 0; html.size() < 400'000; ++i) html += fmt::format("<a href={}>", i);
  const PageLinks found = links_of(html, "", page(), [] { return false; });
  EXPECT_TRUE(found.too_many);
  std::size_t held = 0;
  for (const Url& url : found.urls) held += url.text().size();
  EXPECT_LE(held, most_link_bytes(html.size()));
  EXPECT_FALSE(links_of("<a href=x>", "", page(), [] { return false; }).too_many);
}

TEST(HtmlTest, AStopEndsTheReading) {
  std::string html;
  for (int i = 0; i < 100'000; ++i) html += fmt::format("<a href={}>", i);
  for (const std::string content_type : {"text/html; charset=utf-8", "text/html; charset=shift_jis"}) {
    int asked = 0;
    const PageLinks found = links_of(html, content_type, page(), [&] { return ++asked == 3; });
    EXPECT_TRUE(found.stopped);
    EXPECT_EQ(asked, 3) << "who says so is not asked again";
  }
}

// --- the same as another parser ---

const char* attribute_of(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? nullptr : found->value;
}

// From a tree, built by rules that are another's.
std::set<std::string> gumbo_links(const std::string& html) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
  std::vector<std::string> references;
  const char* base = nullptr;
  std::vector<const GumboNode*> open{output->root};
  while (!open.empty()) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
    const GumboElement& element = node->v.element;
    const bool html_element = element.tag_namespace == GUMBO_NAMESPACE_HTML;
    if (html_element && element.tag == GUMBO_TAG_TEMPLATE) continue;
    const char* link = nullptr;
    if (element.tag == GUMBO_TAG_BASE && html_element && base == nullptr) base = attribute_of(element, "href");
    if (element.tag == GUMBO_TAG_A || (element.tag == GUMBO_TAG_AREA && html_element)) {
      link = attribute_of(element, "href");
    } else if (html_element && (element.tag == GUMBO_TAG_IFRAME || element.tag == GUMBO_TAG_FRAME)) {
      link = attribute_of(element, "src");
    }
    if (link != nullptr) references.emplace_back(link);
    for (unsigned i = element.children.length; i-- > 0;) {
      open.push_back(static_cast<const GumboNode*>(element.children.data[i]));
    }
  }
  const auto resolved_base = base == nullptr ? std::nullopt : Url::resolve(page(), base);
  std::set<std::string> links;
  for (const std::string& reference : references) {
    if (const auto url = Url::resolve(resolved_base ? *resolved_base : page(), reference)) links.insert(url->text());
  }
  gumbo_destroy_output(&options, output);
  return links;
}

// Pages of pieces that tell the parts of a tokenizer from each other. Left out is where a tree is needed to know, and where
// we differ on purpose: select, frameset and noframes, and tables; and what is open in SVG.
std::string drawn_page(std::mt19937_64& random) {
  static constexpr std::string_view pieces[] = {"<a href=",
                                                "'",
                                                "\"",
                                                ">",
                                                " ",
                                                "/",
                                                "x",
                                                "=",
                                                "<!--",
                                                "-->",
                                                "--!>",
                                                "<script>",
                                                "</script>",
                                                "<style>",
                                                "</style >",
                                                "<title>",
                                                "</title>",
                                                "<textarea>",
                                                "</textarea/",
                                                "<base href",
                                                "<template>",
                                                "</template>",
                                                "<p>",
                                                "</div>",
                                                "<div",
                                                "&amp",
                                                "&amp;",
                                                "&#x41;",
                                                "&lt",
                                                "<a",
                                                "href",
                                                "\n",
                                                "<![CDATA[",
                                                "]]>",
                                                "<?x",
                                                "</",
                                                "<",
                                                "-",
                                                "!",
                                                "<iframe src=",
                                                "</iframe>",
                                                "<noembed>",
                                                "</noembed>",
                                                "<xmp>",
                                                "</xmp>",
                                                "<svg><title>x</title><a href=s></a></svg>",
                                                "<svg><![CDATA[<a href=c>]]></svg>",
                                                "<b>",
                                                "</a>",
                                                "<img src=x>",
                                                "</b>",
                                                "<area href=/",
                                                "\t",
                                                "#"};
  std::string html = "<!doctype html><body>";
  for (std::uint64_t left = random() % 60; left > 0; --left) {
    if (random() % 3 == 0) {
      html += fmt::format("<a href='{}'>", random() % 100);
    } else {
      html += pieces[random() % std::size(pieces)];
    }
  }
  return html;
}

TEST(HtmlTest, FindsTheLinksThatATreeHas) {
  std::size_t links = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    std::mt19937_64 random(seed);
    const std::string html = drawn_page(random);
    std::set<std::string> found;
    for (const Url& url : links_of(html, "text/html; charset=utf-8", page(), [] { return false; }).urls) {
      found.insert(url.text());
    }
    const std::set<std::string> expected = gumbo_links(html);
    links += expected.size();
    ASSERT_EQ(found, expected) << "seed " << seed << ": " << html;
  }
  EXPECT_GT(links, 40'000U);
}

}  // namespace
}  // namespace contend::crawler
