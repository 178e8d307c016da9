#include <optional>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/crawler/frontier/polite_frontier.hpp"
#include "impls/crawler/frontier/striped_visited.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {
namespace {

// A worker acquires a host that may be asked now, not a page: the delay between fetches holds by construction, and no
// worker waits for a host or a retry while another host is ready.
constexpr Contract contract{
    .technique = "delay_queue",
    .summary = "hosts in the order of when they may be asked; a worker acquires a host, not a page",
    .shared_state = "the bench of hosts with their pages, the stripes of the visited set, the list of who sleeps",
    .protected_by = "one mutex for bench and sleepers; one for each stripe; never two at once",
    .claim_point = "the insertion into the stripe; of a fetch: taking the host out of the bench",
    .ordering = "the bench's mutex orders what a worker wrote of a page before who takes that page",
    .progress = "blocking, for O(log hosts); waiting for hosts and retries holds no worker",
    .shutdown = "who finds nothing outstanding, or the crawl stopped, wakes all who sleep",
    .failure = "a failed page is recorded; an exception stops the crawl and wakes all",
    .complexity = "O(1) expected for each link, O(log hosts) for each fetch",
    .memory = "a record, a hash node and the URL for each page, a queue for each host, a word for each link",
    .source = "the workbench of BUbiNG (Boldi, Marino, Santini, Vigna, 2018)",
};

class Workbench {
 public:
  explicit Workbench(CrawlRun& run) : run_(run), frontier_(run) {}

  // For one worker: waits for a host; none: the crawl is over.
  std::optional<PoliteFrontier::Job> acquire(CrawlTime::Sleeper& sleeper, WorkerCounts& counts) {
    while (true) {
      TimeNs next_ns = never;
      {
        const MutexLock lock(mutex_);
        std::erase(asleep_, &sleeper);
        if (auto job = frontier_.take(run_.time().now(), counts)) return job;
        if (!run_.claiming() || frontier_.finished()) {
          wake(asleep_.size());
          return std::nullopt;
        }
        next_ns = frontier_.next_ns();
        asleep_.push_back(&sleeper);
      }
      sleeper.wait_until(next_ns);
    }
  }

  void release(const PoliteFrontier::Job& job, const FetchResponse& response, std::optional<DurationNs> retry_ns,
               WorkerCounts& counts) {
    const MutexLock lock(mutex_);
    frontier_.give_back(job, response, retry_ns, run_.time().now(), counts);
    wake(job.page() == nullptr ? asleep_.size() : 1);
  }

  // What a page has led to; the page itself is done, unless these are the first.
  void add(const std::vector<PageRecord*>& pages, WorkerCounts& counts, bool first = false) {
    const MutexLock lock(mutex_);
    for (PageRecord* page : pages) frontier_.add(page, counts);
    if (!first) frontier_.done();
    wake(frontier_.finished() || !run_.claiming() ? asleep_.size() : pages.size());
  }

 private:
  void wake(std::size_t sleepers) REQUIRES(mutex_) {
    for (; sleepers > 0 && !asleep_.empty(); --sleepers) {
      asleep_.back()->wake();
      asleep_.pop_back();
    }
  }

  CrawlRun& run_;
  Mutex mutex_{{"workbench", 0}};
  PoliteFrontier frontier_ GUARDED_BY(mutex_);
  std::vector<CrawlTime::Sleeper*> asleep_ GUARDED_BY(mutex_);
};

class WorkbenchCrawler final : public Crawler {
 public:
  explicit WorkbenchCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    StripedVisited visited(run);
    Workbench bench(run);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return visited.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      bench.add(pages, run.counts(0), true);
      run.run_threads(options_.workers, [&](int worker) {
        WorkerCounts& counts = run.counts(worker);
        CrawlTime::Sleeper sleeper(run.time());
        while (const auto job = bench.acquire(sleeper, counts)) {
          const FetchResponse response = run.attempt(job->url(), job->wanted());
          const auto retry_ns = run.wait_before_retry(job->url(), job->attempt(), response);
          bench.release(*job, response, retry_ns, counts);
          if (job->page() == nullptr || retry_ns) continue;
          std::vector<PageRecord*> claimed;
          run.guarded([&] { claimed = run.enter(*job->page(), run.read_page(*job->page(), response), add); });
          bench.add(claimed, counts);
        }
      });
    });
  }

 private:
  const Options options_;
};

const bool registered =
    register_implementation<Crawler, WorkbenchCrawler>("workbench", contract, {.waiting_holds_worker = false});

}  // namespace
}  // namespace contend::crawler
