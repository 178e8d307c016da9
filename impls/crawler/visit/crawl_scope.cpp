#include "impls/crawler/visit/crawl_scope.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace contend::crawler {
namespace {

// Two URLs share a scope if they share this.
std::string scope_key(Scope scope, const Url& url) {
  switch (scope) {
    case Scope::origin:
      return std::string(url.origin());
    case Scope::host_and_port:
      return fmt::format("{}:{}", url.host(), url.port());
    case Scope::host:
      break;
  }
  return std::string(url.host());
}

}  // namespace

CrawlScope::CrawlScope(Scope scope, std::span<const Url> starts) : scope_(scope) {
  for (const Url& start : starts) keys_.push_back(scope_key(scope_, start));
  std::ranges::sort(keys_);
}

bool CrawlScope::contains(const Url& url) const {
  if (scope_ == Scope::origin) return std::ranges::binary_search(keys_, url.origin());
  if (scope_ == Scope::host) return std::ranges::binary_search(keys_, url.host());
  return std::ranges::binary_search(keys_, scope_key(scope_, url));
}

}  // namespace contend::crawler
