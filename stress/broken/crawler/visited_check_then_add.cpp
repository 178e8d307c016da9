#include <unordered_map>
#include <vector>

#include "impls/crawler/frontier/queue_crawler.hpp"
#include "impls/crawler/frontier/work_queue.hpp"
#include "stress/broken/crawler/forwarding_crawler.hpp"

namespace contend::crawler {
namespace {

// The look into the visited set and the insertion are two critical sections: two workers may both find a URL new.
class CheckThenAdd {
 public:
  explicit CheckThenAdd(const CrawlRun& run) : run_(run) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    {
      const MutexLock lock(mutex_);
      const auto known = pages_.find(url.text());
      if (known != pages_.end()) return {known->second, false};
    }
    records_mutex_.lock();
    records_.push_back(run_.make_record(std::move(url), depth, hops));
    PageRecord* added = records_.back().get();
    records_mutex_.unlock();
    const MutexLock lock(mutex_);
    pages_[added->url.text()] = added;
    return {added, true};
  }

 private:
  const CrawlRun& run_;
  Mutex mutex_;
  std::unordered_map<std::string, PageRecord*> pages_ GUARDED_BY(mutex_);
  Mutex records_mutex_;
  std::vector<std::unique_ptr<PageRecord>> records_ GUARDED_BY(records_mutex_);
};

const bool registered = register_broken<Crawler, QueueCrawler<CheckThenAdd, WorkQueue>>(
    {.name = "visited_check_then_add",
     .number = 51,
     .bug = "the test whether a URL is known and its insertion are two steps",
     .rule = "each URL is fetched once",
     .caught_by = "set"});

}  // namespace
}  // namespace contend::crawler
