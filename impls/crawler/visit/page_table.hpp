#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "impls/base/contract.hpp"
#include "impls/base/hashing.hpp"
#include "impls/crawler/visit/crawl_run.hpp"

namespace contend::crawler {

// What designs say of themselves that keep the pages they have met in a PageTable,
inline constexpr Contract page_table{
    .memory = "a record, a hash node and the URL for each page, a word for each link",
};
// and those that give each table to one thread.
inline constexpr Contract owned_page_table =
    Contract{
        .claim_point = "the owner's insertion into its own set",
    }
        .within(page_table);

// A visited set for one thread at a time: under a design's lock, or of the thread that owns it. O(1) expected; a
// record, a hash node and the URL for each page. Records stay where they are.
class PageTable {
 public:
  explicit PageTable(const CrawlRun& run) : run_(run) {}

  // The page's record, and whether it is new.
  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    const auto known = pages_.find(std::string_view(url.text()));
    if (known != pages_.end()) return {known->second.get(), false};
    auto record = run_.make_record(std::move(url), depth, hops);
    PageRecord* added = record.get();
    pages_.emplace(added->url.text(), std::move(record));
    return {added, true};
  }

 private:
  const CrawlRun& run_;
  std::unordered_map<std::string_view, std::unique_ptr<PageRecord>, BytesHash> pages_;
};

}  // namespace contend::crawler
