#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/fetcher.hpp"
#include "impls/crawler/politeness/hosts.hpp"
#include "impls/crawler/robots/robots_cache.hpp"
#include "impls/crawler/time/crawl_time.hpp"
#include "impls/crawler/url/url.hpp"
#include "impls/crawler/visit/answers.hpp"
#include "impls/crawler/visit/crawl_scope.hpp"
#include "impls/crawler/visit/exact_depths.hpp"
#include "impls/crawler/visit/page_record.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// What designs say of themselves that count the pages which are queued or being visited: CrawlRun::guarded lets them
// count down whatever a visit throws.
inline constexpr Contract counted_pages{
    .failure =
        "a failed page is recorded; an exception, as bad_alloc, stops the crawl and is thrown by it when all "
        "threads are home; the counter is counted down all the same",
};

// One crawl: everything that does not depend on how its threads share their work. A design brings the visited set, the
// frontier, the claim and the end:
//
//   CrawlRun run(options, starts, fetcher, clock, stop);
//   return run.in_rounds(add, [&](std::vector<PageRecord*> pages) { visit them and what they lead to });
//
// `add(Url&&, depth, hops)` is the design's visited set: it answers with the page's record and whether it was new, and
// that is the claim. Threads call visit() for each page that they take, then enter() with what was found.
class CrawlRun {
 public:
  CrawlRun(const Options& options, std::span<const std::string> starts, Fetcher& fetcher, Clock& clock,
           const std::stop_token& stop);

  const Options& options() const { return options_; }
  CrawlTime& time() { return time_; }
  Hosts& hosts() { return hosts_; }
  RobotsCache& robots() { return robots_; }
  Fetcher& fetcher() { return fetcher_; }
  WorkerCounts& counts(int worker) { return counts_[static_cast<std::size_t>(worker)].value; }

  // Whether further pages may be claimed; once false, always false.
  bool claiming() { return !full_ && !stopped(); }
  // Whether fetches in flight are to end, too.
  bool stopped() { return failed_ || time_.stopped(); }

  // --- a visit that waits where it has to: robots, turn, fetch, retries ---
  Discovery visit(PageRecord& page, WorkerCounts& counts);

  // --- the same in steps, for designs that wait elsewhere ---
  // The page is this worker's. False: nothing may be claimed any more, and it stays never_started.
  bool claim(PageRecord& page, WorkerCounts& counts);
  // The same for a page that has its outcome already: a stop in between must not leave it without a worker.
  void count_claim(PageRecord& page, WorkerCounts& counts);
  // Asks the rules of its origin, and fetches them if nobody has. False: refused, or stopped.
  bool robots_allow(PageRecord& page, WorkerCounts& counts);
  bool apply_robots(PageRecord& page, const RobotsRules& rules);
  // Takes one of max_pages. False: there is none left; nothing is claimed from now on.
  bool take_ticket();
  // Rules are read to their own limit, whatever that of pages is.
  enum class Wanted : std::uint8_t { page, robots };
  FetchRequest request_for(const Url& url, Wanted wanted) const;
  // One attempt at a URL, with no wait but for the answer.
  FetchResponse attempt(const Url& url, Wanted wanted);
  // How long to wait before the URL is tried again: what the policy says, paid from the host's budget.
  std::optional<DurationNs> wait_before_retry(const Url& url, std::uint32_t attempt, const FetchResponse& response);
  // What the last answer means (answers.hpp).
  Discovery read_page(PageRecord& page, const FetchResponse& response) {
    return crawler::read_page(page, response, scope_, [this] { return stopped(); });
  }
  RobotsStep read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops) const;
  static Url robots_url(const Url& page);

  // For who has added a page, and only then: whether it is to be visited, by the way on which it was met.
  bool schedule(PageRecord& page) const {
    page.scheduled = page.outcome != PageOutcome::out_of_scope && page.depth <= options_.max_depth &&
                     page.hops <= options_.max_redirects;
    return page.scheduled;
  }
  // A record for a URL that nobody has met before.
  std::unique_ptr<PageRecord> make_record(Url&& url, std::uint32_t depth, std::uint32_t hops) const;

  // Adds what a page leads to, and gives those that the caller has claimed by that: they must be visited.
  template <class Add>
  std::vector<PageRecord*> enter(PageRecord& page, Discovery&& found, Add add) const {
    std::vector<PageRecord*> claimed;
    page.links.reserve(found.links.size());
    for (Url& url : found.links) {
      const auto [record, added] = add(std::move(url), page.depth + 1, std::uint32_t{0});
      page.links.push_back(record);
      if (added && schedule(*record)) claimed.push_back(record);
    }
    if (found.redirect) {
      const auto [record, added] = add(std::move(*found.redirect), page.depth, page.hops + 1);
      page.target = record;
      if (added && schedule(*record)) claimed.push_back(record);
    }
    return claimed;
  }

  // Visits in rounds until the depths are exact, and reports. `add` as above; `visit_all` gets pages to begin with.
  template <class Add, class VisitAll>
  Report in_rounds(Add add, VisitAll visit_all) {
    if (starts_.empty()) return invalid_start();
    std::vector<PageRecord*> pending;
    for (Url& start : starts_) {
      const auto [record, added] = add(std::move(start), 0U, 0U);
      if (!added || !schedule(*record)) continue;
      depths_.add_start(record);
      pending.push_back(record);
    }
    while (!pending.empty()) {
      visit_all(std::move(pending));
      pending = settle();
    }
    return report();
  }

  // Runs body(0) .. body(threads - 1), each in a thread, and waits for them. The first exception of a body stops the
  // crawl and is thrown by it.
  template <class Body>
  void run_threads(int threads, Body body) {
    std::atomic<int> gate{gate_closed};  // until all threads are there: what one waits for may be another's to do
    {
      std::vector<std::jthread> crew;
      const auto open = [&gate](int way) {
        gate = way;
        gate.notify_all();
      };
      try {
        crew.reserve(static_cast<std::size_t>(threads));
        for (int worker = 0; worker < threads; ++worker) {
          crew.emplace_back([this, worker, &body, &gate] {
            gate.wait(gate_closed);
            if (gate == gate_given_up) return;
            const CrawlTime::Enlisted enlisted(time_);
            guarded([&] { body(worker); });
          });
        }
      } catch (...) {
        open(gate_given_up);
        throw;
      }
      time_.enlist(threads);
      open(gate_open);
    }
    rethrow_failure();
  }
  // Runs `work`; an exception of it stops the crawl.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (...) {
      fail(std::current_exception());
    }
  }
  void rethrow_failure();

 private:
  FetchResponse attempt_with_retries(const Url& url, Wanted wanted, std::uint32_t& attempts, std::uint64_t& fetches,
                                     std::uint64_t& retries);
  RobotsRules fetch_robots(const Url& page, WorkerCounts& counts);
  static constexpr int gate_closed = 0;
  static constexpr int gate_open = 1;
  static constexpr int gate_given_up = 2;

  void fail(std::exception_ptr failure) noexcept;
  std::vector<PageRecord*> settle();
  // Pages out of scope are told the first of those that led there.
  void name_redirects();
  Report report();
  Report invalid_start() const;

  const Options& options_;
  Fetcher& fetcher_;
  CrawlTime time_;
  Hosts hosts_;
  RobotsCache robots_;
  std::vector<Url> starts_;  // moved from when they are entered; empty: they were no starts
  const CrawlScope scope_;
  ExactDepths depths_;
  std::vector<Padded<WorkerCounts>> counts_;
  std::atomic<std::uint64_t> tickets_{0};
  std::atomic<bool> full_{false};
  std::atomic<bool> failed_{false};
  Mutex failure_mutex_{{"crawl failure", 0}};
  std::exception_ptr failure_ GUARDED_BY(failure_mutex_);
};

}  // namespace contend::crawler
