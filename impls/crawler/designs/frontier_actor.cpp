#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/crawler/frontier/polite_frontier.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/crawler/visit/page_table.hpp"

namespace contend::crawler {
namespace {

// One thread owns visited set, frontier and politeness. Workers fetch and read pages: they are given one fetch at a
// time and send back what came of it.
constexpr Contract contract =
    Contract{
        .technique = "actor",
        .summary = "one thread owns everything that is shared; workers get a fetch and send back the links",
        .shared_state =
            "an errand for each worker, which is the worker's or the owner's; the mailbox of finished errands",
        .protected_by = "ownership, handed over through an atomic state and Boost.Lockfree's queue",
        .ordering = "an errand's state and the mailbox order what one side wrote before what the other reads (seq_cst)",
        .progress = "blocking: a stalled owner stalls everybody; waiting for hosts and retries holds no worker",
        .shutdown =
            "when nothing is outstanding, or the crawl is stopped, the owner waits for errands and dismisses workers",
        .failure = "a failed page is recorded; an exception stops the crawl and comes back with the errand",
        .complexity = "O(1) expected for each link, O(log hosts) and two hand-overs for each fetch",
        .memory =
            "a record, a hash node and the URL for each page, a queue for each host; the mailbox holds all workers",
        .source = "actor model (Hewitt, 1973); the distributor of BUbiNG (Boldi et al., 2018)",
    }
        .within(owned_page_table);

// What one worker is to do. The owner writes it while the state is `idle`, the worker while it is `given`.
struct Errand {
  explicit Errand(CrawlTime& time) : sleeper(time) {}

  enum class State : std::uint8_t { idle, given, dismissed };
  std::atomic<State> state{State::idle};
  CrawlTime::Sleeper sleeper;
  std::optional<PoliteFrontier::Job> job;
  FetchResponse response;
  std::optional<DurationNs> retry_ns;
  TimeNs end_ns = 0;
  Discovery found;
};

class FrontierActor {
 public:
  FrontierActor(CrawlRun& run, int workers) : run_(run), visited_(run), frontier_(run), sleeper_(run.time()) {
    for (int worker = 0; worker < workers; ++worker) errands_.push_back(std::make_unique<Errand>(run.time()));
    idle_.reserve(errands_.size());
  }

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    return visited_.add(std::move(url), depth, hops);
  }

  // Before a round, while there are no workers.
  void hire() {
    idle_.resize(errands_.size());
    std::iota(idle_.begin(), idle_.end(), 0);
    for (const auto& errand : errands_) errand->state = Errand::State::idle;
  }

  // The owner's part of a round.
  void own(const std::vector<PageRecord*>& pages) {
    run_.guarded([&] {
      for (PageRecord* page : pages) frontier_.add(page, run_.counts(0));
    });
    while (true) {
      finished_.consume_all([&](int worker) {
        run_.guarded([&] { take_back(worker); });
        idle_.push_back(worker);
      });
      const bool over = frontier_.finished() || !run_.claiming();
      if (over && idle_.size() == errands_.size()) break;
      if (!over) run_.guarded([&] { hand_out(); });
      sleeper_.wait_until(over || idle_.empty() ? never : frontier_.next_ns());
    }
    for (const auto& errand : errands_) {
      errand->state = Errand::State::dismissed;
      errand->sleeper.wake();
    }
  }

  // A worker's part.
  void work(int worker) {
    Errand& errand = *errands_[static_cast<std::size_t>(worker)];
    while (true) {
      const Errand::State state = errand.state;
      if (state == Errand::State::dismissed) return;
      if (state == Errand::State::idle) {
        errand.sleeper.wait_until(never);
        continue;
      }
      run_.guarded([&] { run_errand(errand); });
      errand.state = Errand::State::idle;
      finished_.bounded_push(worker);
      sleeper_.wake();
    }
  }

 private:
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): an errand that was given has a job until the next is given
  static const PoliteFrontier::Job& job_of(const Errand& errand) { return *errand.job; }

  void run_errand(Errand& errand) {
    const PoliteFrontier::Job& job = job_of(errand);
    const Url& url = job.url();
    errand.found = {};
    errand.response = run_.attempt(url, job.wanted());
    errand.end_ns = run_.time().now();
    errand.retry_ns = run_.wait_before_retry(url, job.attempt(), errand.response);
    PageRecord* page = job.page();
    if (page != nullptr && !errand.retry_ns) errand.found = run_.read_page(*page, errand.response);
  }

  void take_back(int worker) {
    Errand& errand = *errands_[static_cast<std::size_t>(worker)];
    WorkerCounts& counts = run_.counts(worker);
    const PoliteFrontier::Job& job = job_of(errand);
    frontier_.give_back(job, errand.response, errand.retry_ns, errand.end_ns, counts);
    if (job.page() == nullptr || errand.retry_ns) return;
    const auto claimed = run_.enter(
        *job.page(), std::move(errand.found),
        [this](Url&& url, std::uint32_t depth, std::uint32_t hops) { return add(std::move(url), depth, hops); });
    for (PageRecord* page : claimed) frontier_.add(page, counts);
    frontier_.done();
  }

  void hand_out() {
    while (!idle_.empty()) {
      Errand& errand = *errands_[static_cast<std::size_t>(idle_.back())];
      errand.job = frontier_.take(run_.time().now(), run_.counts(idle_.back()));
      if (!errand.job) return;
      idle_.pop_back();
      errand.state = Errand::State::given;
      errand.sleeper.wake();
    }
  }

  CrawlRun& run_;
  // Of the owner alone.
  PageTable visited_;
  PoliteFrontier frontier_;
  std::vector<int> idle_;
  // Shared.
  std::vector<std::unique_ptr<Errand>> errands_;
  boost::lockfree::queue<int, boost::lockfree::capacity<max_crawl_workers>> finished_;  // one for each worker at most
  CrawlTime::Sleeper sleeper_;
};

class FrontierActorCrawler final : public Crawler {
 public:
  explicit FrontierActorCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    FrontierActor actor(run, options_.workers);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return actor.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      actor.hire();
      run.run_threads(options_.workers + 1, [&](int thread) {
        if (thread == options_.workers) {
          actor.own(pages);
        } else {
          actor.work(thread);
        }
      });
    });
  }

 private:
  const Options options_;
};

const bool registered =
    register_implementation<Crawler, FrontierActorCrawler>("frontier_actor", contract, {.waiting_holds_worker = false});

}  // namespace
}  // namespace contend::crawler
