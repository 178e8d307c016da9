#include <array>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/frontier/queue_crawler.hpp"
#include "impls/crawler/frontier/work_queue.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/crawler/visit/page_table.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {
namespace {

// Pages of a site link to the same pages again and again. Each worker remembers what it has lately looked up, and takes
// the lock of the visited set at most once a page, for the links that it does not remember.
constexpr Contract contract =
    Contract{
        .technique = "batching",
        .summary = "each worker remembers links it has seen; the others of a page enter in one critical section",
        .shared_state =
            "one visited set, the queue, the counter of what is outstanding; the memory of a worker is its own",
        .protected_by = "one mutex for the set, one for the queue, never both; the counter is atomic",
        .claim_point = "the insertion into the visited set, under its lock",
        .ordering =
            "a record that a worker remembers has been seen by it under the lock; the queue's mutex orders the rest",
        .progress = "blocking, for the length of one page's new links",
        .complexity = "O(1) expected for each link; two locks a page at most, none for links that are remembered",
        .memory = "a record, a hash node and the URL for each page, a word for each link; 1024 words a worker",
        .source = "batching as in Boost.Unordered's bulk visit (Lopez Munoz, 2023)",
    }
        .within(work_queue);

// Direct-mapped: a link that falls on another one's place takes it. Only a hint: what is not here may still be known.
class SeenLinks {
 public:
  PageRecord* find(const Url& url) const {
    PageRecord* seen = slots_[place_of(url)];
    return seen != nullptr && seen->url == url ? seen : nullptr;
  }
  void remember(PageRecord* page) { slots_[place_of(page->url)] = page; }

 private:
  static constexpr std::size_t slot_count = 1024;
  static std::size_t place_of(const Url& url) { return mix_bits(hash_bytes(url.text())) % slot_count; }

  std::array<PageRecord*, slot_count> slots_{};
};

class OneLockVisited {
 public:
  using Memory = SeenLinks;

  explicit OneLockVisited(const CrawlRun& run) : run_(run), pages_(run) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    const MutexLock lock(mutex_);
    return pages_.add(std::move(url), depth, hops);
  }

  // As CrawlRun::enter.
  std::vector<PageRecord*> enter(PageRecord& page, Discovery&& found, SeenLinks& seen) {
    std::vector<Url*> strangers;
    for (Url& url : found.links) {
      if (PageRecord* known = seen.find(url)) {
        page.links.push_back(known);
      } else {
        strangers.push_back(&url);
      }
    }
    std::vector<PageRecord*> claimed;
    if (strangers.empty() && !found.redirect) return claimed;
    const MutexLock lock(mutex_);
    for (Url* url : strangers) {
      const auto [record, added] = pages_.add(std::move(*url), page.depth + 1, 0);
      page.links.push_back(record);
      seen.remember(record);
      if (added && run_.schedule(*record)) claimed.push_back(record);
    }
    if (found.redirect) {
      const auto [record, added] = pages_.add(std::move(*found.redirect), page.depth, page.hops + 1);
      page.target = record;
      if (added && run_.schedule(*record)) claimed.push_back(record);
    }
    return claimed;
  }

 private:
  const CrawlRun& run_;
  Mutex mutex_{{"visited", 0}};
  PageTable pages_ GUARDED_BY(mutex_);
};

const bool registered =
    register_implementation<Crawler, QueueCrawler<OneLockVisited, WorkQueue>>("batched_links", contract);

}  // namespace
}  // namespace contend::crawler
