#include "impls/crawler/visit/crawl_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "impls/crawler/url/links.hpp"
#include "impls/crawler/visit/retry.hpp"

namespace contend::crawler {
namespace {

constexpr std::uint32_t robots_redirects = 5;

// Two URLs share a scope if they share this.
std::string scope_key(Scope scope, const Url& url) {
  switch (scope) {
    case Scope::origin:
      return std::string(url.origin());
    case Scope::host_and_port:
      return fmt::format("{}:{}", url.host(), url.port());
    case Scope::host:
      break;
  }
  return std::string(url.host());
}

bool is_redirect(const FetchResponse& response) {
  const int status = response.status;
  return response.error == FetchError::none && !response.location.empty() &&
         (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

bool is_success(const FetchResponse& response) {
  return response.error == FetchError::none && response.status >= 200 && response.status < 300;
}

PageOutcome outcome_of(FetchError error) {
  switch (error) {
    case FetchError::none:
      break;
    case FetchError::connect_timeout:
    case FetchError::first_byte_timeout:
    case FetchError::total_timeout:
      return PageOutcome::timed_out;
    case FetchError::connect_failed:
    case FetchError::broken:
      return PageOutcome::unreachable;
    case FetchError::stopped:
      return PageOutcome::in_flight;
    case FetchError::failed:
      return PageOutcome::fetcher_failed;
  }
  return PageOutcome::http_error;
}

}  // namespace

CrawlRun::CrawlRun(const Options& options, std::span<const std::string> starts, Fetcher& fetcher, Clock& clock,
                   const std::stop_token& stop)
    : options_(options),
      fetcher_(fetcher),
      time_(clock, deadline_after(clock.now(), options.deadline_ns), stop),
      hosts_(options),
      counts_(static_cast<std::size_t>(options.workers)) {
  for (const std::string& start : starts) {
    auto url = Url::parse(start);
    if (!url) {
      valid_ = false;
      return;
    }
    scopes_.push_back(scope_key(options_.scope, *url));
    starts_.push_back(std::move(*url));
  }
  valid_ = !starts_.empty();
  std::ranges::sort(scopes_);
}

bool CrawlRun::in_scope(const Url& url) const {
  if (options_.scope == Scope::origin) return std::ranges::binary_search(scopes_, url.origin());
  if (options_.scope == Scope::host) return std::ranges::binary_search(scopes_, url.host());
  return std::ranges::binary_search(scopes_, scope_key(options_.scope, url));
}

std::unique_ptr<PageRecord> CrawlRun::make_record(Url&& url, std::uint32_t depth, std::uint32_t hops) const {
  auto record = std::make_unique<PageRecord>(std::move(url), depth, hops);
  if (!in_scope(record->url)) record->outcome = PageOutcome::out_of_scope;
  return record;
}

bool CrawlRun::claim(PageRecord& page, WorkerCounts& counts) {
  if (!claiming()) return false;
  page.claimed = true;
  ++counts.pages;
  return true;
}

bool CrawlRun::take_ticket() {
  if (tickets_.fetch_add(1) < options_.max_pages) return true;
  full_ = true;
  return false;
}

FetchRequest CrawlRun::request_for(const Url& url) const {
  return {&url, options_.user_agent, options_.timeouts, options_.body_limit};
}

FetchResponse CrawlRun::attempt(const Url& url) {
  try {
    return fetcher_.fetch(request_for(url), time_);
  } catch (const std::exception&) {
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

FetchResponse CrawlRun::attempt_with_retries(const Url& url, std::uint32_t& attempts, std::uint64_t& fetches,
                                             std::uint64_t& retries) {
  FetchResponse stopped;
  stopped.error = FetchError::stopped;
  while (true) {
    FetchResponse response;
    {
      const HostTurn turn(hosts_, url.host(), time_);
      if (!turn.come()) return stopped;
      ++fetches;
      response = attempt(url);
    }
    const auto wait_ns = wait_before_retry(url, attempts++, response);
    if (!wait_ns) return response;
    if (!time_.sleep_until(deadline_after(time_.now(), *wait_ns))) return stopped;
    ++retries;
  }
}

Url CrawlRun::robots_url(const Url& page) {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a path resolves against every URL
  return *Url::resolve(page, "/robots.txt");
}

CrawlRun::RobotsStep CrawlRun::read_robots(const Url& asked, const FetchResponse& response, std::uint32_t hops) const {
  if (is_redirect(response)) {
    auto next = Url::resolve(asked, response.location);
    if (next && hops < robots_redirects && in_scope(*next)) return {std::move(next), {}};
    return {std::nullopt, RobotsRules::allow_all()};
  }
  if (is_success(response)) return {std::nullopt, RobotsRules::parse(response.body, options_.user_agent)};
  if (response.error == FetchError::none && response.status < 500) return {std::nullopt, RobotsRules::allow_all()};
  return {std::nullopt, RobotsRules::disallow_all()};
}

RobotsRules CrawlRun::fetch_robots(const Url& page, WorkerCounts& counts) {
  Url asked = robots_url(page);
  for (std::uint32_t hops = 0;; ++hops) {
    std::uint32_t attempts = 0;
    RobotsStep step =
        read_robots(asked, attempt_with_retries(asked, attempts, counts.robots_fetches, counts.retries), hops);
    if (!step.next) return std::move(step.rules);
    asked = std::move(*step.next);
  }
}

bool CrawlRun::apply_robots(PageRecord& page, const RobotsRules& rules) {
  if (time_.stopped()) return false;  // perhaps before the rules were there: nothing is known
  if (rules.allows(page.url.target())) return true;
  page.outcome = PageOutcome::robots_refused;
  return false;
}

bool CrawlRun::robots_allow(PageRecord& page, WorkerCounts& counts) {
  if (!options_.robots) return true;
  const auto sleeper = std::make_shared<CrawlTime::Sleeper>(time_);
  while (true) {
    const RobotsCache::Answer answer = robots_.ask(page.url.origin(), [sleeper] { sleeper->wake(); });
    if (answer.rules != nullptr) return apply_robots(page, *answer.rules);
    if (answer.fetch) {
      RobotsRules rules = RobotsRules::disallow_all();  // also for who waits while this throws
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
  return judge(page, attempt_with_retries(page.url, page.attempts, counts.fetches, counts.retries));
}

Discovery CrawlRun::judge(PageRecord& page, const FetchResponse& response) {
  Discovery found;
  page.status = response.error == FetchError::none ? response.status : 0;
  if (response.error != FetchError::none) {
    page.outcome = outcome_of(response.error);
  } else if (is_redirect(response)) {
    found.redirect = Url::resolve(page.url, response.location);
    page.outcome = found.redirect ? PageOutcome::redirected : PageOutcome::bad_redirect;
  } else if (!is_success(response)) {
    page.outcome = PageOutcome::http_error;
  } else if (response.truncated) {
    page.outcome = PageOutcome::truncated;
  } else {
    page.outcome = PageOutcome::fetched;
    if (!response.encoded && is_html(response.content_type)) {
      found.links = links_of(response.body, page.url);
      page.links_out_of_scope =
          static_cast<std::uint32_t>(std::erase_if(found.links, [&](const Url& url) { return !in_scope(url); }));
    }
  }
  return found;
}

void CrawlRun::fail(std::exception_ptr failure) {
  const MutexLock lock(failure_mutex_);
  if (!failure_) failure_ = std::move(failure);
  failed_ = true;
}

void CrawlRun::rethrow_failure() {
  const MutexLock lock(failure_mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

// Works out the least depth and the least redirects in a row of all that can be reached within the limits, from the
// links that are known now, and gives the pages among them that were left out. A page that is seen to be nearer
// than before is gone through again, so that the result is the same in whatever order.
std::vector<PageRecord*> CrawlRun::settle() {
  ++round_;
  reachable_.clear();
  std::deque<PageRecord*> open;
  const auto reach = [&](PageRecord* page, std::uint32_t depth, std::uint32_t hops, bool same_level) {
    if (page->round != round_) {
      page->round = round_;
      page->least_depth = depth;
      page->least_hops = hops;
      reachable_.push_back(page);
    } else if (depth < page->least_depth || hops < page->least_hops) {
      page->least_depth = std::min(depth, page->least_depth);
      page->least_hops = std::min(hops, page->least_hops);
    } else {
      return;
    }
    if (same_level) {
      open.push_front(page);
    } else {
      open.push_back(page);
    }
  };
  for (PageRecord* root : roots_) reach(root, 0, 0, false);
  while (!open.empty()) {
    const PageRecord* page = open.front();
    open.pop_front();
    if (page->target != nullptr && page->least_hops < options_.max_redirects) {
      reach(page->target, page->least_depth, page->least_hops + 1, true);
    }
    if (page->least_depth >= options_.max_depth) continue;
    for (PageRecord* link : page->links) reach(link, page->least_depth + 1, 0, false);
  }
  std::vector<PageRecord*> pending;
  if (!claiming()) return pending;
  for (PageRecord* page : reachable_) {
    if (page->scheduled || page->outcome == PageOutcome::out_of_scope) continue;
    page->depth = page->least_depth;
    page->hops = page->least_hops;
    page->scheduled = true;
    pending.push_back(page);
  }
  return pending;
}

Report CrawlRun::invalid_start() const {
  Report report;
  report.end = CrawlEnd::invalid_start;
  report.pages_of_worker.resize(counts_.size());
  return report;
}

Report CrawlRun::report() {
  Report report;
  report.pages.reserve(reachable_.size());
  bool all_done = true;
  for (const PageRecord* page : reachable_) {
    const bool not_followed = page->outcome == PageOutcome::redirected && page->least_hops >= options_.max_redirects;
    const PageOutcome outcome = not_followed ? PageOutcome::too_many_redirects : page->outcome;
    report.pages.push_back({page->url.text(), page->status, page->least_depth, outcome});
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
