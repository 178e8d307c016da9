#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/crawler/visit/page_table.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// A visited set in stripes by the hash of the URL, each with a lock of its own: the insertion under the stripe's lock
// is the claim. A thread holds at most one stripe. O(1) expected; a record, a hash node and the URL for each page.
class StripedVisited {
 public:
  explicit StripedVisited(const CrawlRun& run) {
    for (auto& stripe : stripes_) stripe = std::make_unique<Stripe>(run);
  }

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    Stripe& stripe = *stripes_[mix_bits(hash_bytes(url.text())) % stripe_count];
    const MutexLock lock(stripe.mutex);
    return stripe.pages.add(std::move(url), depth, hops);
  }

 private:
  static constexpr std::size_t stripe_count = 64;
  struct alignas(cache_line_bytes) Stripe {
    explicit Stripe(const CrawlRun& run) : pages(run) {}
    Mutex mutex{{"visited stripe", 0}};
    PageTable pages GUARDED_BY(mutex);
  };

  std::array<std::unique_ptr<Stripe>, stripe_count> stripes_;
};

}  // namespace contend::crawler
