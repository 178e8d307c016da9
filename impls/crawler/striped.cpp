#include <atomic>
#include <deque>
#include <span>

#include "impls/crawler/crawl_run.hpp"
#include "impls/crawler/striped_visited.hpp"
#include "impls/support/mutex.hpp"
#include "impls/support/registry.hpp"

namespace contend {
namespace {

// Claims by stripe, work through one queue with a lock of its own, the end by a counter of pages that are queued or
// being visited.
constexpr Contract contract{
    .technique = "striped",
    .summary = "a visited set in 64 stripes, one queue, and a counter of what is outstanding",
    .shared_state = "stripes of the visited set, the queue, the counter; a record belongs to the worker that took it",
    .protected_by = "a mutex for each stripe, one for the queue, never two at once; the counter is atomic",
    .claim_point = "the insertion into the stripe, under its lock",
    .ordering = "what a worker wrote before it queued a page is seen by who takes it: the queue's mutex orders them",
    .progress = "blocking, for the length of one insertion",
    .shutdown = "who counts the last outstanding page down closes the queue, as does who sees the crawl stopped",
    .failure = "a failed page is recorded; an exception stops the crawl, and the counter is counted down all the same",
    .complexity = "O(1) expected for each link; one lock for each link and one for each page",
    .memory = "a record, a hash node and the URL for each page, a word for each link; 64 stripes",
    .source = "lock striping, as in memcached's item locks",
};

class WorkQueue {
 public:
  explicit WorkQueue(CrawlRun& run) : run_(run) {}

  void begin(const std::vector<PageRecord*>& pages) {
    const MutexLock lock(mutex_);
    closed_ = false;
    pages_.assign(pages.begin(), pages.end());
    outstanding_ = pages.size();
  }

  // Waits for a page; null: the crawl is over.
  PageRecord* take() {
    const MutexLock lock(mutex_);
    while (!closed_ && pages_.empty() && run_.claiming()) {
      const CrawlTime::Parked parked(run_.time());
      changed_.wait(mutex_);
    }
    if (closed_ || !run_.claiming()) {
      close();
      return nullptr;
    }
    PageRecord* page = pages_.front();
    pages_.pop_front();
    return page;
  }

  // After a visit: what it has claimed is queued before the visit itself stops to count.
  void finish(std::span<PageRecord* const> claimed) {
    outstanding_ += claimed.size();
    const bool last = --outstanding_ == 0;
    if (claimed.empty() && !last && run_.claiming()) return;
    const MutexLock lock(mutex_);
    pages_.insert(pages_.end(), claimed.begin(), claimed.end());
    if (last || !run_.claiming()) {
      close();
    } else if (claimed.size() == 1) {
      changed_.notify_one();
    } else {
      changed_.notify_all();
    }
  }

 private:
  void close() REQUIRES(mutex_) {
    closed_ = true;
    changed_.notify_all();
  }

  CrawlRun& run_;
  std::atomic<std::size_t> outstanding_{0};
  Mutex mutex_{{"frontier", 0}};
  ConditionVariable changed_;
  std::deque<PageRecord*> pages_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

class StripedCrawler final : public Crawler {
 public:
  explicit StripedCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  CrawlReport crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock,
                    std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    StripedVisited visited(run);
    WorkQueue queue(run);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return visited.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      queue.begin(pages);
      run.run_threads(options_.workers, [&](int worker) {
        while (PageRecord* page = queue.take()) {
          std::vector<PageRecord*> claimed;
          run.guarded([&] { claimed = run.enter(*page, run.visit(*page, run.counts(worker)), add); });
          queue.finish(claimed);
        }
      });
    });
  }

 private:
  const Options options_;
};

const bool registered = register_implementation<Crawler, StripedCrawler>("striped", contract);

}  // namespace
}  // namespace contend
