#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "impls/crawler/http/fetcher.hpp"
#include "impls/crawler/robots/robots.hpp"
#include "impls/crawler/visit/crawl_scope.hpp"
#include "impls/crawler/visit/page_record.hpp"

namespace contend::crawler {

// What the last answer for a page means: writes its status and outcome down, and finds what it leads to. A page that is
// being read when `stopped` says so stays in flight.
Discovery read_page(PageRecord& page, const FetchResponse& response, const CrawlScope& scope,
                    const std::function<bool()>& stopped);

// Where an origin's rules are asked for next; nullopt: they are known.
struct RobotsStep {
  std::optional<Url> next;
  RobotsRules rules;
};
// What the answer for a robots.txt at `asked` means, which was reached over `hops` redirects, wherever they lead. What
// cannot be read allows nothing.
RobotsStep read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops,
                       std::string_view user_agent);

}  // namespace contend::crawler
