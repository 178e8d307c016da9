#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/inputs/crawler/memory_site.hpp"
#include "impls/base/time.hpp"

namespace contend::crawler {

// What a made-up site looks like. Parts are of its pages, from 0 to 1.
struct SiteShape {
  std::uint64_t seed = 1;
  std::size_t hosts = 1;  // http://h0.example ...; each has its part of the pages, and all link to each other
  bool served = false;    // by a server whose name is not known yet: no link names the host
  std::size_t pages = 100;
  std::size_t links = 8;       // of a page, to pages anywhere
  std::size_t menu = 0;        // and to the first so many, as menus do
  std::size_t text_bytes = 0;  // of words between the links
  double redirect_part = 0;    // to another page: chains and circles come about
  double off_origin_part = 0;  // redirects to a host that is no part of the site
  double error_part = 0;       // 404
  double flaky_part = 0;       // 503 at the first or the first two attempts
  double private_part = 0;     // below /private, which robots.txt forbids
  double dead_link_part = 0;   // of links: to pages that are not there
  DurationNs latency_ns = 0;   // of each page
  DurationNs jitter_ns = 0;    // and up to so much more
};

// A page as it is meant: `links` in normal form, however they are written in the HTML.
struct SyntheticPage {
  std::string url;
  bool forbidden = false;  // by robots.txt
  std::vector<std::string> links;
  std::string target;  // of a redirect
  SitePage page;       // as it is served
};

// A site drawn from a seed: the same in every run. Every page can be reached from the first of each host unless a
// redirect or an error stands in the way.
struct SyntheticSite {
  std::vector<std::string> starts;  // the first page of each host
  std::vector<SyntheticPage> pages;

  void serve(MemorySite& site) const;
};
SyntheticSite make_site(const SiteShape& shape);

}  // namespace contend::crawler
