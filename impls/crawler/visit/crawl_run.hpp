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

#include "impls/crawler/crawler.hpp"
#include "impls/crawler/frontier/hosts.hpp"
#include "impls/crawler/http/fetcher.hpp"
#include "impls/crawler/robots/robots_cache.hpp"
#include "impls/crawler/url/url.hpp"
#include "impls/crawler/visit/crawl_time.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// A page that has been met. A design's visited set owns it, at an address that does not change. Who makes it writes the
// first block and publishes it; who visits it, one thread at a time, writes the second; the third is written between
// rounds, when nobody visits.
struct PageRecord {
  PageRecord(Url page_url, std::uint32_t page_depth, std::uint32_t redirects)
      : url(std::move(page_url)), depth(page_depth), hops(redirects) {}

  Url url;
  std::uint32_t depth;  // on the way on which it was met
  std::uint32_t hops;   // redirects in a row on that way

  bool claimed = false;    // by the worker that visits it
  bool scheduled = false;  // whoever met it took it for a page to visit
  PageOutcome outcome = PageOutcome::never_started;
  int status = 0;
  std::uint32_t attempts = 0;
  std::uint32_t links_out_of_scope = 0;
  std::vector<PageRecord*> links;
  PageRecord* target = nullptr;  // of its redirect

  std::uint32_t least_depth = no_limit;
  std::uint32_t least_hops = no_limit;
  std::uint32_t round = 0;  // in which the two were worked out
};

// What a visit has found.
struct Discovery {
  std::vector<Url> links;  // in scope
  std::optional<Url> redirect;
};

// What one thread has counted.
struct WorkerCounts {
  std::uint64_t pages = 0;
  std::uint64_t fetches = 0;
  std::uint64_t retries = 0;
  std::uint64_t robots_fetches = 0;
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
  // Asks the rules of its origin, and fetches them if nobody has. False: refused, or stopped.
  bool robots_allow(PageRecord& page, WorkerCounts& counts);
  bool apply_robots(PageRecord& page, const RobotsRules& rules);
  // Takes one of max_pages. False: there is none left; nothing is claimed from now on.
  bool take_ticket();
  FetchRequest request_for(const Url& url) const;
  // One attempt at the page's URL, with no wait but for the answer.
  FetchResponse attempt(const Url& url);
  // How long to wait before the URL is tried again: what the policy says, paid from the host's budget.
  std::optional<DurationNs> wait_before_retry(const Url& url, std::uint32_t attempt, const FetchResponse& response);
  // Writes down what the last answer means, and finds the links.
  Discovery judge(PageRecord& page, const FetchResponse& response);

  // Where an origin's rules are asked next, after `hops` redirects; nullopt: they are settled.
  struct RobotsStep {
    std::optional<Url> next;
    RobotsRules rules;
  };
  RobotsStep read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops) const;
  static Url robots_url(const Url& page);

  bool in_scope(const Url& url) const;
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
    if (!valid_) return invalid_start();
    std::vector<PageRecord*> pending;
    for (Url& start : starts_) {
      const auto [record, added] = add(std::move(start), 0U, 0U);
      if (!added || !schedule(*record)) continue;
      roots_.push_back(record);
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
    time_.enlist(threads);
    {
      std::vector<std::jthread> crew;
      for (int worker = 0; worker < threads; ++worker) {
        crew.emplace_back([this, worker, &body] {
          const CrawlTime::Enlisted enlisted(time_);
          guarded([&] { body(worker); });
        });
      }
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
  FetchResponse attempt_with_retries(const Url& url, std::uint32_t& attempts, std::uint64_t& fetches,
                                     std::uint64_t& retries);
  RobotsRules fetch_robots(const Url& page, WorkerCounts& counts);
  void fail(std::exception_ptr failure);
  std::vector<PageRecord*> settle();
  Report report();
  Report invalid_start() const;

  const Options& options_;
  Fetcher& fetcher_;
  CrawlTime time_;
  Hosts hosts_;
  RobotsCache robots_;
  bool valid_ = true;
  std::vector<Url> starts_;          // moved from when they are entered
  std::vector<std::string> scopes_;  // sorted; what a URL's scope key must be one of
  std::vector<Padded<WorkerCounts>> counts_;
  std::atomic<std::uint64_t> tickets_{0};
  std::atomic<bool> full_{false};
  std::atomic<bool> failed_{false};
  Mutex failure_mutex_{{"crawl failure", 0}};
  std::exception_ptr failure_ GUARDED_BY(failure_mutex_);
  std::vector<PageRecord*> roots_;
  std::vector<PageRecord*> reachable_;  // by the last settle
  std::uint32_t round_ = 0;
};

}  // namespace contend::crawler
