#pragma once

#include <span>
#include <string>
#include <vector>

#include "impls/crawler/crawler.hpp"
#include "impls/crawler/url/url.hpp"

namespace contend::crawler {

// Which URLs belong to a crawl: those that share their origin, their host and port, or their host with a start. Does
// not change. O(length * log starts).
class CrawlScope {
 public:
  CrawlScope(Scope scope, std::span<const Url> starts);

  bool contains(const Url& url) const;

 private:
  const Scope scope_;
  std::vector<std::string> keys_;  // sorted; the key of a URL in scope is one of them
};

}  // namespace contend::crawler
