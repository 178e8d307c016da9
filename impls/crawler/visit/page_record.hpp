#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impls/crawler/crawler.hpp"
#include "impls/crawler/url/url.hpp"

namespace contend::crawler {

// A page that has been met. A design's visited set owns it, at an address that does not change. The thread that makes
// it writes the first block and publishes it; those that visit it, one at a time, write the second; the third is
// written between rounds, when nobody visits.
struct PageRecord {
  PageRecord(Url page_url, std::uint32_t page_depth, std::uint32_t redirects)
      : url(std::move(page_url)), depth(page_depth), hops(redirects) {}

  Url url;
  std::uint32_t depth;  // on the way on which it was met
  std::uint32_t hops;   // redirects in a row on that way

  bool claimed = false;    // by the worker that visits it
  bool scheduled = false;  // is to be visited, said by the thread that met it first
  PageOutcome outcome = PageOutcome::never_started;
  int status = 0;
  std::string reason;  // of the outcome, where that alone does not say it
  std::uint32_t attempts = 0;
  std::uint32_t links_out_of_scope = 0;
  PageRecord* next_queued = nullptr;  // behind it in the one queue in which it lies
  std::vector<PageRecord*> links;
  PageRecord* target = nullptr;  // of its redirect

  std::uint32_t least_depth = no_limit;
  std::uint32_t least_hops = no_limit;
  std::uint32_t round = 0;  // in which the two were worked out
};

// What a visit has found.
struct Discovery {
  std::vector<Url> links;  // in scope
  std::optional<Url> redirect;
};

// What one thread has counted.
struct WorkerCounts {
  std::uint64_t pages = 0;
  std::uint64_t fetches = 0;
  std::uint64_t retries = 0;
  std::uint64_t robots_fetches = 0;
};

}  // namespace contend::crawler
