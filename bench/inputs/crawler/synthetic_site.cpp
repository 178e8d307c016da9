#include "bench/inputs/crawler/synthetic_site.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <random>

namespace contend::crawler {
namespace {

std::string origin_of(const SiteShape& shape, std::size_t page) {
  return fmt::format("http://h{}.example", page % shape.hosts);
}

// One of the ways in which people write a link to `url`, which is `origin` and a path.
std::string written(const std::string& url, const std::string& own_origin, bool with_host, std::mt19937_64& random) {
  const bool own = url.starts_with(own_origin + "/");
  const std::string path = url.substr(url.find('/', 8));
  const std::uint64_t way = random() % 6;
  if (!with_host && (way == 1 || way == 3 || way == 4)) return path + "#part";
  switch (way) {
    case 0:
      return own ? path : url;
    case 1:
      return url + "#part";
    case 2:
      return own ? "/x/.." + path : url;
    case 3:
      return "HTTP" + url.substr(4);
    case 4:
      return url.substr(5);
    default:
      return own ? "/." + path : url;
  }
}

const char* word(std::mt19937_64& random) {
  static constexpr const char* words[] = {"a",    "table", "of",     "rows",  "is",
                                          "read", "while", "others", "write", "&amp;"};
  return words[random() % 10];
}

std::string html_of(const SiteShape& shape, const SyntheticPage& page, const std::string& origin,
                    std::mt19937_64& random) {
  std::string html = "<!doctype html><html><head><title>" + page.url + "</title></head><body><ul>\n";
  for (std::size_t i = 0; i < page.links.size(); ++i) {
    html += fmt::format("<li><a href=\"{}\">{}</a></li>\n", written(page.links[i], origin, !shape.served, random), i);
    const std::size_t share = shape.text_bytes / page.links.size();
    for (const std::size_t end = html.size() + share; html.size() < end;) html += fmt::format("{} ", word(random));
  }
  return html + "</ul></body></html>";
}

}  // namespace

SyntheticSite make_site(const SiteShape& shape) {
  std::mt19937_64 random(shape.seed);
  const auto chance = [&](double part) { return static_cast<double>(random() >> 11) * 0x1p-53 < part; };
  SyntheticSite site;
  site.pages.resize(std::max(shape.pages, shape.hosts));
  for (std::size_t i = 0; i < site.pages.size(); ++i) {
    SyntheticPage& page = site.pages[i];
    page.forbidden = i >= shape.hosts && chance(shape.private_part);
    page.url = fmt::format("{}/{}{}", origin_of(shape, i), page.forbidden ? "private/" : "p", i);
    if (i < shape.hosts) site.starts.push_back(page.url);
  }
  const auto any = [&]() -> const std::string& { return site.pages[random() % site.pages.size()].url; };
  for (std::size_t i = 0; i < site.pages.size(); ++i) {
    SyntheticPage& page = site.pages[i];
    const std::string origin = origin_of(shape, i);
    SitePage& served = page.page;
    served.first_byte_ns = shape.latency_ns;
    if (shape.jitter_ns > 0) {
      served.first_byte_ns += static_cast<DurationNs>(random() % static_cast<std::uint64_t>(shape.jitter_ns));
    }
    if (chance(shape.flaky_part)) served.failing_attempts = 1 + static_cast<std::uint32_t>(random() % 2);
    if (i >= shape.hosts && chance(shape.error_part)) {
      served.status = 404;
    } else if (i >= shape.hosts && chance(shape.redirect_part + shape.off_origin_part)) {
      const bool off = chance(shape.off_origin_part / (shape.redirect_part + shape.off_origin_part));
      page.target = off ? fmt::format("http://elsewhere.example/{}", random() % 5) : any();
      served.status = 302;
      served.location = page.target;
    } else {
      // A tree over the pages of the host, so that all can be reached; the rest is random.
      const std::size_t of_host = i / shape.hosts;
      for (const std::size_t child_of_host : {2 * of_host + 1, 2 * of_host + 2}) {
        const std::size_t child = child_of_host * shape.hosts + i % shape.hosts;
        if (child < site.pages.size()) page.links.push_back(site.pages[child].url);
      }
      for (std::size_t k = 0; k < shape.menu; ++k) page.links.push_back(site.pages[k % site.pages.size()].url);
      for (std::size_t k = 0; k < shape.links; ++k) {
        page.links.push_back(chance(shape.dead_link_part) ? fmt::format("{}/dead{}", origin, random() % 9) : any());
      }
      served.body = html_of(shape, page, origin, random);
    }
  }
  return site;
}

void SyntheticSite::serve(MemorySite& site) const {
  for (const SyntheticPage& page : pages) site.set(page.url, page.page);
  for (const std::string& start : starts) {
    SitePage robots;
    robots.content_type = "text/plain";
    robots.body = "user-agent: *\ndisallow: /private\n";
    site.set(start.substr(0, start.find('/', 8)) + "/robots.txt", robots);
  }
}

}  // namespace contend::crawler
