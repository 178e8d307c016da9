#include <vector>

#include "impls/base/registry.hpp"
#include "impls/crawler/frontier/page_queue.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/crawler/visit/page_table.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {
namespace {

// One mutex and one condition variable around the visited set, the queue and the number of busy workers. A page's links
// are entered in one critical section.
constexpr Contract contract =
    Contract{
        .technique = "coarse_lock",
        .summary = "one lock around visited set, queue and number of busy workers",
        .shared_state = "visited, queue, busy; the record of a page belongs to the worker that took it",
        .protected_by = "the mutex of the monitor; taken alone, so there is no lock order",
        .claim_point = "the insertion into the visited set, inside the critical section",
        .ordering = "what a worker wrote before it queued a page is seen by who takes it: the mutex orders them",
        .progress = "blocking: entering the links of a long page delays all who want a page",
        .shutdown = "the worker that finds the queue empty while nobody is busy, or the crawl stopped, wakes all",
        .failure = "a failed page is recorded; an exception stops the crawl, and busy is counted down all the same",
        .complexity = "O(1) expected for each link; two critical sections a page",
        .source = "monitor (Hoare, 1974)",
    }
        .within(page_table);

class Monitor {
 public:
  explicit Monitor(CrawlRun& run) : run_(run), visited_(run) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    const MutexLock lock(mutex_);
    return visited_.add(std::move(url), depth, hops);
  }

  void begin(const std::vector<PageRecord*>& pages) {
    const MutexLock lock(mutex_);
    queue_.clear();
    queue_.push(pages);
  }

  // Waits for a page; null: the crawl is over.
  PageRecord* take() {
    const MutexLock lock(mutex_);
    while (run_.claiming() && queue_.empty() && busy_ > 0) {
      const CrawlTime::Parked parked(run_.time());
      changed_.wait(mutex_);
    }
    if (!run_.claiming() || queue_.empty()) {
      changed_.notify_all();
      return nullptr;
    }
    ++busy_;
    return queue_.pop();
  }

  void finish(PageRecord& page, Discovery&& found) {
    const MutexLock lock(mutex_);
    --busy_;
    changed_.notify_all();
    // Called by enter, while the lock is held: the analysis does not follow it there.
    const auto add_held = [this](Url&& url, std::uint32_t depth, std::uint32_t hops)
                              NO_THREAD_SAFETY_ANALYSIS { return visited_.add(std::move(url), depth, hops); };
    std::vector<PageRecord*> claimed;
    run_.guarded([&] { claimed = run_.enter(page, std::move(found), add_held); });
    queue_.push(claimed);
  }

 private:
  CrawlRun& run_;
  Mutex mutex_{{"crawl", 0}};
  ConditionVariable changed_;
  PageTable visited_ GUARDED_BY(mutex_);
  PageQueue queue_ GUARDED_BY(mutex_);
  int busy_ GUARDED_BY(mutex_) = 0;
};

class CoarseLockCrawler final : public Crawler {
 public:
  explicit CoarseLockCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    Monitor monitor(run);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return monitor.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      monitor.begin(pages);
      run.run_threads(options_.workers, [&](int worker) {
        while (PageRecord* page = monitor.take()) {
          Discovery found;
          run.guarded([&] { found = run.visit(*page, run.counts(worker)); });
          monitor.finish(*page, std::move(found));
        }
      });
    });
  }

 private:
  const Options options_;
};

const bool registered = register_implementation<Crawler, CoarseLockCrawler>("coarse_lock", contract);

}  // namespace
}  // namespace contend::crawler
