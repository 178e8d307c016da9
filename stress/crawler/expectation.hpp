#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/inputs/crawler/synthetic_site.hpp"
#include "impls/crawler/crawler.hpp"

namespace contend::crawler {

// What a crawl of a made-up site must report, worked out from the plan of the site and not by crawling: the least depth
// and the least redirects in a row are lowered until nothing changes. Slow, simple, and no code of the crawlers.
// For crawls that nobody stops, with enough attempts and budget.
inline std::vector<CrawledPage> expected_pages(const SyntheticSite& site, const Options& options) {
  struct Reached {
    std::uint32_t depth;
    std::uint32_t hops;
  };
  const auto origin = [](const std::string& url) { return url.substr(0, url.find('/', 8)); };
  std::vector<std::string> scope;
  for (const std::string& start : site.starts) scope.push_back(origin(start));
  const auto in_scope = [&](const std::string& url) { return std::ranges::find(scope, origin(url)) != scope.end(); };
  const auto refused = [&](const SyntheticPage& page) { return options.robots && page.forbidden; };

  std::map<std::string, Reached> reached;
  bool changed = true;
  const auto reach = [&](const std::string& url, std::uint32_t depth, std::uint32_t hops) {
    const auto [it, first] = reached.try_emplace(url, Reached{depth, hops});
    if (!first && depth >= it->second.depth && hops >= it->second.hops) return;
    it->second = {std::min(depth, it->second.depth), std::min(hops, it->second.hops)};
    changed = true;
  };
  for (const std::string& start : site.starts) reach(start, 0, 0);
  while (changed) {
    changed = false;
    for (const SyntheticPage& page : site.pages) {
      const auto it = reached.find(page.url);
      if (it == reached.end() || refused(page)) continue;
      const Reached at = it->second;
      if (!page.target.empty() && at.hops < options.max_redirects) reach(page.target, at.depth, at.hops + 1);
      for (const std::string& link : page.links) {
        if (at.depth < options.max_depth && in_scope(link)) reach(link, at.depth + 1, 0);
      }
    }
  }

  std::map<std::string, const SyntheticPage*> plan;
  for (const SyntheticPage& page : site.pages) plan[page.url] = &page;
  std::vector<CrawledPage> pages;  // a map is sorted by URL
  for (const auto& [url, at] : reached) {
    CrawledPage page{url, 404, at.depth, PageOutcome::http_error, {}};
    const auto known = plan.find(url);
    if (!in_scope(url)) {
      page.status = 0;
      page.outcome = PageOutcome::out_of_scope;
    } else if (known != plan.end() && refused(*known->second)) {
      page.status = 0;
      page.outcome = PageOutcome::robots_refused;
    } else if (known != plan.end()) {
      page.status = known->second->page.status;
      if (page.status == 200) page.outcome = PageOutcome::fetched;
      if (page.status == 302) {
        page.outcome = at.hops < options.max_redirects ? PageOutcome::redirected : PageOutcome::too_many_redirects;
      }
    }
    pages.push_back(page);
  }
  return pages;
}

// The first page in which two reports differ, for people; empty: none.
inline std::string first_difference(const std::vector<CrawledPage>& got, const std::vector<CrawledPage>& expected) {
  const auto told = [](const CrawledPage& page) {
    return page.url + " " + std::string(to_string(page.outcome)) + " " + std::to_string(page.status) + " depth " +
           std::to_string(page.depth);
  };
  for (std::size_t i = 0; i < std::max(got.size(), expected.size()); ++i) {
    const std::string ours = i < got.size() ? told(got[i]) : "nothing more";
    const std::string theirs = i < expected.size() ? told(expected[i]) : "nothing more";
    if (ours != theirs) return "reported " + ours + ", expected " + theirs;
  }
  return "";
}

}  // namespace contend::crawler
