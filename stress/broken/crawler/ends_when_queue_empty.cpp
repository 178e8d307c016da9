#include <deque>

#include "impls/crawler/frontier/queue_crawler.hpp"
#include "impls/crawler/frontier/striped_visited.hpp"
#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// Takes an empty queue for the end of the crawl, although a busy worker may have links to come.
class EndsWhenEmpty {
 public:
  explicit EndsWhenEmpty(const CrawlRun&) {}

  void begin(const std::vector<PageRecord*>& pages) { finish(pages); }
  PageRecord* take() {
    const MutexLock lock(mutex_);
    if (pages_.empty()) over_ = true;
    if (over_) return nullptr;
    PageRecord* page = pages_.front();
    pages_.pop_front();
    return page;
  }
  void finish(const std::vector<PageRecord*>& claimed) {
    const MutexLock lock(mutex_);
    pages_.insert(pages_.end(), claimed.begin(), claimed.end());
  }

 private:
  Mutex mutex_;
  std::deque<PageRecord*> pages_ GUARDED_BY(mutex_);
  bool over_ GUARDED_BY(mutex_) = false;
};

const bool registered = register_broken<Crawler, QueueCrawler<StripedVisited, EndsWhenEmpty>>(
    {.name = "ends_when_queue_empty",
     .number = 52,
     .bug = "the crawl ends when the queue is empty, whoever is busy",
     .rule = "the links of a busy worker are visited",
     .caught_by = "slow_pages"});

}  // namespace
}  // namespace contend::crawler
