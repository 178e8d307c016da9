#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/loop/loop_mailbox.hpp"
#include "impls/crawler/loop/timers.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/crawler/visit/page_table.hpp"

namespace contend::crawler {
namespace {

// Few threads with many fetches in flight each. A loop owns the pages whose URLs hash to it: their visited set, their
// queue, their fetches. Links to pages of others are sent to them, in batches.
constexpr Contract contract =
    Contract{
        .technique = "event_loop",
        .summary =
            "each thread owns the URLs that hash to it and keeps many fetches in flight; links go to their owners",
        .shared_state = "the mailbox of each loop, the counter of what is outstanding; all else belongs to one loop",
        .protected_by = "a mutex for each mailbox, held for a swap; robots and turns of hosts have their own",
        .ordering = "the mailbox's mutex orders what a loop wrote before what the owner reads",
        .progress = "blocking, for a swap of two vectors; waiting for hosts, retries and robots holds no thread",
        .shutdown = "who counts the last outstanding page or message down wakes all loops; a stop ends all fetches",
        .failure = "a failed page is recorded; an exception stops the crawl",
        .complexity = "O(1) expected for each link; O(log n) for each wait; a lock for each batch of links",
        .memory = "a record, a hash node and the URL for each page; for each link two words, and its URL on the way",
        .source = "shared-nothing event loops, as in Seastar and Dragonfly",
    }
        .within(owned_page_table);

class EventLoopCrawl;

// One thread's part. All methods but post belong to it, unless it is between rounds.
class Shard {
 public:
  Shard(EventLoopCrawl& crawl, CrawlRun& run, int number) : crawl_(crawl), run_(run), number_(number), visited_(run) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    return visited_.add(std::move(url), depth, hops);
  }
  void begin(PageRecord* page) { ready_.push_back(page); }
  void open_loop() { loop_ = run_.fetcher().make_loop(run_.time()); }

  void serve();

  // From any thread: links to pages of this loop, or a call that it is to make.
  template <class Mail>
  void post(Mail mail) {
    mailbox_.post(std::move(mail));
    loop_->wake();
  }
  void wake() { loop_->wake(); }

  // Between rounds: the links that pages of other loops have to pages of this one. Then forgets the loop. Mail may be
  // left after a stop: what is known by it belongs to the report.
  void end_round() {
    for (SentLink& link : mailbox_.take().links) receive(std::move(link));
    for (const auto& [from, to] : links_) from->links.push_back(to);
    for (const auto& [from, to] : redirects_) from->target = to;
    links_.clear();
    redirects_.clear();
    ready_.clear();
    loop_.reset();
  }

 private:
  // One fetch on its way: of a page, or of the robots.txt of an origin.
  struct Fetch {
    PageRecord* page = nullptr;  // null: robots.txt
    std::string origin;          // of robots.txt
    Url url;
    std::uint32_t attempts = 0;
    std::uint32_t hops = 0;
  };
  using FetchPtr = std::shared_ptr<Fetch>;

  WorkerCounts& counts() { return run_.counts(number_); }
  void read_mail();
  void receive(SentLink&& link);
  void visit(PageRecord* page);
  void ask_robots(PageRecord* page);
  void enter_host(const FetchPtr& fetch);
  void start(const FetchPtr& fetch);
  void answered(const FetchPtr& fetch, const FetchResponse& response);
  void finish_page(PageRecord* page, Discovery&& found);

  EventLoopCrawl& crawl_;
  CrawlRun& run_;
  const int number_;
  std::unique_ptr<FetchLoop> loop_;
  PageTable visited_;
  std::deque<PageRecord*> ready_;
  Timers timers_;
  std::size_t active_ = 0;     // pages that have left `ready_` and are not done
  std::size_t in_flight_ = 0;  // fetches the loop has been given
  std::vector<std::pair<PageRecord*, PageRecord*>> links_;
  std::vector<std::pair<PageRecord*, PageRecord*>> redirects_;
  LoopMailbox mailbox_;
};

// The loops together, and when they are done.
class EventLoopCrawl {
 public:
  explicit EventLoopCrawl(CrawlRun& run) : run_(run) {
    for (int i = 0; i < run.options().workers; ++i) shards_.push_back(std::make_unique<Shard>(*this, run, i));
  }

  std::size_t owner_of(const Url& url) const { return mix_bits(hash_bytes(url.text())) % shards_.size(); }
  std::size_t shard_count() const { return shards_.size(); }
  Shard& shard(std::size_t number) { return *shards_[number]; }

  // Before a round.
  void begin(const std::vector<PageRecord*>& pages) {
    outstanding_ = pages.size();
    for (PageRecord* page : pages) shards_[owner_of(page->url)]->begin(page);
    for (const auto& shard : shards_) shard->open_loop();
  }
  void end_round() {
    for (const auto& shard : shards_) shard->end_round();
  }

  // Pages that are claimed and not done, and links that have not come to their owners.
  void count_up(std::size_t more) { outstanding_ += more; }
  void count_down(std::size_t less) {
    if (outstanding_.fetch_sub(less) == less) wake_all();
  }
  void wake_all() {
    for (const auto& shard : shards_) shard->wake();
  }
  bool over() { return outstanding_ == 0 || !run_.claiming(); }

 private:
  CrawlRun& run_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<std::size_t> outstanding_{0};
};

void Shard::serve() {
  // Pages that wait for a host or a retry are not in flight, but are kept to a multiple of what is.
  const std::size_t most_active = 4 * std::size_t{run_.options().in_flight};
  while (!crawl_.over()) {
    read_mail();
    timers_.run_due(run_.time().now());
    while (!ready_.empty() && in_flight_ < run_.options().in_flight && active_ < most_active && run_.claiming()) {
      PageRecord* page = ready_.front();
      ready_.pop_front();
      visit(page);
    }
    if (crawl_.over()) break;
    loop_->run_until(timers_.next_ns());
  }
  // Nothing begins any more. What is in flight is answered: by its server, or at once if the crawl was stopped.
  while (in_flight_ > 0) {
    const bool stopped = run_.stopped();
    if (stopped) loop_->stop_all();
    loop_->run_until(stopped ? run_.time().now() : never);
  }
  timers_.clear();
}

void Shard::read_mail() {
  LoopMailbox::Mail mail = mailbox_.take();
  for (SentLink& link : mail.links) receive(std::move(link));
  if (!mail.links.empty()) crawl_.count_down(mail.links.size());
  for (const auto& call : mail.calls) call();
}

void Shard::receive(SentLink&& link) {
  const auto [record, added] = add(std::move(link.url), link.depth, link.hops);
  (link.redirect ? redirects_ : links_).emplace_back(link.from, record);
  if (!added || !run_.schedule(*record)) return;
  crawl_.count_up(1);
  ready_.push_back(record);
}

void Shard::visit(PageRecord* page) {
  if (!run_.claim(*page, counts())) return;
  ++active_;
  if (run_.options().robots) {
    ask_robots(page);
  } else {
    enter_host(std::make_shared<Fetch>(Fetch{page, "", page->url, 0, 0}));
  }
}

void Shard::ask_robots(PageRecord* page) {
  if (!run_.claiming()) return;
  const auto answer = run_.robots().ask(page->url.origin(), [this, page] { post([this, page] { ask_robots(page); }); });
  if (answer.fetch) {
    auto fetch = std::make_shared<Fetch>();
    fetch->origin = page->url.origin();
    fetch->url = CrawlRun::robots_url(page->url);
    enter_host(fetch);
    ask_robots(page);  // waits in line with the others
    return;
  }
  if (answer.rules == nullptr) return;
  if (run_.apply_robots(*page, *answer.rules)) {
    enter_host(std::make_shared<Fetch>(Fetch{page, "", page->url, 0, 0}));
  } else if (run_.claiming()) {
    --active_;
    crawl_.count_down(1);
  }
}

void Shard::enter_host(const FetchPtr& fetch) {
  const auto from_ns = run_.hosts().enter(fetch->url.host(), [this, fetch](TimeNs granted_ns) {
    post([this, fetch, granted_ns] { timers_.at(granted_ns, [this, fetch] { start(fetch); }); });
  });
  if (!from_ns) return;
  if (*from_ns <= run_.time().now()) {
    start(fetch);
  } else {
    timers_.at(*from_ns, [this, fetch] { start(fetch); });
  }
}

void Shard::start(const FetchPtr& fetch) {
  if (!run_.claiming()) return;
  if (fetch->page != nullptr && fetch->attempts == 0) {
    if (!run_.take_ticket()) return;
    fetch->page->outcome = PageOutcome::in_flight;
  }
  if (fetch->attempts > 0) ++counts().retries;
  ++(fetch->page != nullptr ? counts().fetches : counts().robots_fetches);
  ++in_flight_;
  const auto wanted = fetch->page != nullptr ? CrawlRun::Wanted::page : CrawlRun::Wanted::robots;
  loop_->start(run_.request_for(fetch->url, wanted),
               [this, fetch](const FetchResponse& response) { answered(fetch, response); });
}

void Shard::answered(const FetchPtr& fetch, const FetchResponse& response) {
  --in_flight_;
  run_.hosts().leave(fetch->url.host(), run_.time().now());
  const auto retry_ns = run_.wait_before_retry(fetch->url, fetch->attempts++, response);
  if (retry_ns) {
    timers_.at(deadline_after(run_.time().now(), *retry_ns), [this, fetch] { enter_host(fetch); });
    return;
  }
  if (fetch->page != nullptr) {
    fetch->page->attempts = fetch->attempts;
    finish_page(fetch->page, run_.read_page(*fetch->page, response));
    return;
  }
  RobotsStep step = run_.read_robots(fetch->url, response, fetch->hops++);
  if (!step.next) {
    run_.robots().settle(fetch->origin, std::move(step.rules));
    return;
  }
  fetch->url = std::move(*step.next);
  fetch->attempts = 0;
  enter_host(fetch);
}

void Shard::finish_page(PageRecord* page, Discovery&& found) {
  std::vector<std::vector<SentLink>> batches(crawl_.shard_count());
  const auto send = [&](Url&& url, std::uint32_t depth, std::uint32_t hops, bool redirect) {
    const std::size_t owner = crawl_.owner_of(url);
    SentLink link{page, std::move(url), depth, hops, redirect};
    if (owner == static_cast<std::size_t>(number_)) {
      receive(std::move(link));
    } else {
      batches[owner].push_back(std::move(link));
    }
  };
  for (Url& url : found.links) send(std::move(url), page->depth + 1, 0, false);
  if (found.redirect) send(std::move(*found.redirect), page->depth, page->hops + 1, true);
  for (std::size_t owner = 0; owner < batches.size(); ++owner) {
    if (batches[owner].empty()) continue;
    crawl_.count_up(batches[owner].size());
    crawl_.shard(owner).post(std::move(batches[owner]));
  }
  --active_;
  crawl_.count_down(1);
}

class EventLoopCrawler final : public Crawler {
 public:
  explicit EventLoopCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    EventLoopCrawl loops(run);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      Shard& owner = loops.shard(loops.owner_of(url));
      return owner.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      loops.begin(pages);
      run.run_threads(options_.workers, [&](int worker) {
        run.guarded([&] { loops.shard(static_cast<std::size_t>(worker)).serve(); });
        loops.wake_all();  // the crawl may be over by an exception, or by the last page that was allowed
      });
      loops.end_round();
    });
  }

 private:
  const Options options_;
};

const bool registered =
    register_implementation<Crawler, EventLoopCrawler>("event_loop", contract, {.waiting_holds_worker = false});

}  // namespace
}  // namespace contend::crawler
