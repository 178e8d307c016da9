#include "impls/crawler/visit/crawl_run.hpp"

#include <algorithm>
#include <new>

#include "impls/crawler/politeness/retry.hpp"

namespace contend::crawler {
namespace {

// Empty if one of them is no http URL.
std::vector<Url> parsed(std::span<const std::string> starts) {
  std::vector<Url> urls;
  for (const std::string& start : starts) {
    auto url = Url::parse(start);
    if (!url) return {};
    urls.push_back(std::move(*url));
  }
  return urls;
}

}  // namespace

CrawlRun::CrawlRun(const Options& options, std::span<const std::string> starts, Fetcher& fetcher, Clock& clock,
                   const std::stop_token& stop)
    : options_(options),
      fetcher_(fetcher),
      time_(clock, deadline_after(clock.now(), options.deadline_ns), stop),
      hosts_(options),
      starts_(parsed(starts)),
      scope_(options.scope, starts_),
      depths_(options.max_depth, options.max_redirects),
      counts_(static_cast<std::size_t>(options.workers)) {}

std::unique_ptr<PageRecord> CrawlRun::make_record(Url&& url, std::uint32_t depth, std::uint32_t hops) const {
  auto record = std::make_unique<PageRecord>(std::move(url), depth, hops);
  if (!scope_.contains(record->url)) record->outcome = PageOutcome::out_of_scope;
  return record;
}

void CrawlRun::count_claim(PageRecord& page, WorkerCounts& counts) {
  page.claimed = true;
  ++counts.pages;
}

bool CrawlRun::claim(PageRecord& page, WorkerCounts& counts) {
  if (!claiming()) return false;
  count_claim(page, counts);
  return true;
}

bool CrawlRun::take_ticket() {
  if (tickets_.fetch_add(1) < options_.max_pages) return true;
  full_ = true;
  return false;
}

FetchRequest CrawlRun::request_for(const Url& url, Wanted wanted) const {
  const std::size_t limit = wanted == Wanted::robots ? max_robots_bytes : options_.body_limit;
  return {&url, options_.user_agent, options_.timeouts, limit};
}

FetchResponse CrawlRun::attempt(const Url& url, Wanted wanted) {
  try {
    return fetcher_.fetch(request_for(url, wanted), time_);
  } catch (const std::bad_alloc&) {  // no fault of the page's
    throw;
  } catch (...) {  // whatever it is, it fails this attempt and nothing else
    FetchResponse thrown;
    thrown.error = FetchError::failed;
    return thrown;
  }
}

std::optional<DurationNs> CrawlRun::wait_before_retry(const Url& url, std::uint32_t attempt,
                                                      const FetchResponse& response) {
  const auto wait_ns = retry_wait_ns(options_.retry, options_.seed, url, attempt, response);
  return wait_ns && hosts_.spend_retry(url.host()) ? wait_ns : std::nullopt;
}

FetchResponse CrawlRun::attempt_with_retries(const Url& url, Wanted wanted, std::uint32_t& attempts,
                                             std::uint64_t& fetches, std::uint64_t& retries) {
  FetchResponse stopped;
  stopped.error = FetchError::stopped;
  while (true) {
    FetchResponse response;
    {
      const HostTurn turn(hosts_, url.host(), time_);
      if (!turn.come()) return stopped;
      ++fetches;
      if (attempts > 0) ++retries;
      response = attempt(url, wanted);
    }
    const auto wait_ns = wait_before_retry(url, attempts++, response);
    if (!wait_ns) return response;
    if (!time_.sleep_until(deadline_after(time_.now(), *wait_ns))) return stopped;
  }
}

Url CrawlRun::robots_url(const Url& page) {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a path resolves against every URL
  return *Url::resolve(page, "/robots.txt");
}

RobotsStep CrawlRun::read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops) const {
  return crawler::read_robots(asked, response, hops, options_.user_agent);
}

RobotsRules CrawlRun::fetch_robots(const Url& page, WorkerCounts& counts) {
  Url asked = robots_url(page);
  for (std::uint32_t hops = 0;; ++hops) {
    std::uint32_t attempts = 0;
    RobotsStep step = read_robots(
        asked, attempt_with_retries(asked, Wanted::robots, attempts, counts.robots_fetches, counts.retries), hops);
    if (!step.next) return std::move(step.rules);
    asked = std::move(*step.next);
  }
}

bool CrawlRun::apply_robots(PageRecord& page, const RobotsRules& rules) {
  if (time_.stopped()) return false;  // perhaps before the rules were there: nothing is known
  auto refusal = rules.refusal(page.url.target());
  if (!refusal) return true;
  page.outcome = PageOutcome::robots_refused;
  page.reason = std::move(*refusal);
  return false;
}

bool CrawlRun::robots_allow(PageRecord& page, WorkerCounts& counts) {
  if (!options_.robots) return true;
  const auto sleeper = std::make_shared<CrawlTime::Sleeper>(time_);
  while (true) {
    const RobotsCache::Answer answer = robots_.ask(page.url.origin(), [sleeper] { sleeper->wake(); });
    if (answer.rules != nullptr) return apply_robots(page, *answer.rules);
    if (answer.fetch) {
      RobotsRules rules =
          RobotsRules::disallow_all("nobody could ask for its rules");  // also for who waits while this throws
      guarded([&] { rules = fetch_robots(page.url, counts); });
      robots_.settle(page.url.origin(), std::move(rules));
    } else {
      if (!claiming()) return false;
      sleeper->wait_until(never);
    }
  }
}

Discovery CrawlRun::visit(PageRecord& page, WorkerCounts& counts) {
  if (!claim(page, counts)) return {};
  if (!robots_allow(page, counts) || !take_ticket()) return {};
  page.outcome = PageOutcome::in_flight;
  return read_page(page, attempt_with_retries(page.url, Wanted::page, page.attempts, counts.fetches, counts.retries));
}

void CrawlRun::fail(std::exception_ptr failure) noexcept {
  {
    const MutexLock lock(failure_mutex_);
    if (!failure_) failure_ = std::move(failure);
    failed_ = true;
  }
  time_.end();  // who waits for what will not come now
}

void CrawlRun::rethrow_failure() {
  const MutexLock lock(failure_mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

std::vector<PageRecord*> CrawlRun::settle() {
  depths_.work_out();
  return claiming() ? depths_.schedule_left_out() : std::vector<PageRecord*>();
}

Report CrawlRun::invalid_start() const {
  Report report;
  report.end = CrawlEnd::invalid_start;
  report.pages_of_worker.resize(counts_.size());
  return report;
}

void CrawlRun::name_redirects() {
  for (const PageRecord* page : depths_.reachable()) {
    PageRecord* target = page->target;
    if (target == nullptr || target->outcome != PageOutcome::out_of_scope) continue;
    std::string from = "redirected from " + page->url.text();
    if (target->reason.empty() || from < target->reason) target->reason = std::move(from);
  }
}

Report CrawlRun::report() {
  name_redirects();
  Report report;
  report.pages.reserve(depths_.reachable().size());
  bool all_done = true;
  for (const PageRecord* page : depths_.reachable()) {
    const bool not_followed = page->outcome == PageOutcome::redirected && page->least_hops >= options_.max_redirects;
    const PageOutcome outcome = not_followed ? PageOutcome::too_many_redirects : page->outcome;
    report.pages.push_back({page->url.text(), page->status, page->least_depth, outcome, page->reason});
    ++report.by_outcome[static_cast<std::size_t>(outcome)];
    report.links_out_of_scope += page->links_out_of_scope;
    all_done = all_done && outcome != PageOutcome::in_flight && outcome != PageOutcome::never_started;
  }
  std::ranges::sort(report.pages, {}, &CrawledPage::url);
  for (const Padded<WorkerCounts>& worker : counts_) {
    report.pages_of_worker.push_back(worker.value.pages);
    report.fetches += worker.value.fetches;
    report.retries += worker.value.retries;
    report.robots_fetches += worker.value.robots_fetches;
  }
  if (!all_done) {
    report.end = time_.stop_token().stop_requested() ? CrawlEnd::cancelled
                 : full_                             ? CrawlEnd::page_limit
                                                     : CrawlEnd::deadline;
  }
  return report;
}

}  // namespace contend::crawler
