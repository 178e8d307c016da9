#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "impls/crawler/crawl_run.hpp"
#include "impls/support/cache_line.hpp"
#include "impls/support/hashing.hpp"
#include "impls/support/mutex.hpp"

namespace contend {

// A visited set in stripes by the hash of the URL, each with a lock of its own: the insertion under the stripe's lock
// is the claim. A thread holds at most one stripe. O(1) expected; a record, a hash node and the URL for each page.
class StripedVisited {
 public:
  explicit StripedVisited(const CrawlRun& run) : run_(run) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    Stripe& stripe = stripes_[mix_bits(hash_bytes(url.text())) % stripe_count].value;
    const MutexLock lock(stripe.mutex);
    const auto known = stripe.pages.find(std::string_view(url.text()));
    if (known != stripe.pages.end()) return {known->second.get(), false};
    auto record = run_.make_record(std::move(url), depth, hops);
    PageRecord* added = record.get();
    stripe.pages.emplace(added->url.text(), std::move(record));
    return {added, true};
  }

 private:
  static constexpr std::size_t stripe_count = 64;
  struct Stripe {
    Mutex mutex{{"visited stripe", 0}};
    std::unordered_map<std::string_view, std::unique_ptr<PageRecord>, BytesHash> pages GUARDED_BY(mutex);
  };

  const CrawlRun& run_;
  std::array<Padded<Stripe>, stripe_count> stripes_;
};

}  // namespace contend
