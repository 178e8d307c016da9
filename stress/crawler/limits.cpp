// Crawls that a limit, a stop or a deadline may cut short at any instant: every field of the report against the plan of
// the site, and against what the site was asked for.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "bench/inputs/crawler/memory_site.hpp"
#include "bench/inputs/crawler/synthetic_site.hpp"
#include "impls/crawler/crawler.hpp"
#include "stress/crawler/crawls.hpp"
#include "stress/crawler/expectation.hpp"
#include "stress/crawler/witness.hpp"
#include "stress/driver/attack.hpp"

namespace contend::crawler {
namespace {

constexpr Sized limited_hosts{.full = 2, .small = {1, 2}};
constexpr Sized limited_pages{.full = 80, .small = {6, 14}};
constexpr Sized limited_links{.full = 6, .small = {2, 4}};
constexpr Sized most_strangers{.full = 4, .small = {2, 3}};       // links of a page that lead out of the scope
constexpr Sized latest_deadline{.full = 2000, .small = {4, 12}};  // in steps of the round's clock

// A site, and for each page how many of its links lead out of the scope.
struct LimitedSite {
  SyntheticSite site;
  std::map<std::string, std::uint64_t> strangers;
};

LimitedSite limited_site(Round& round) {
  SiteShape shape{.seed = round.seed()};
  shape.hosts = static_cast<std::size_t>(round.size(limited_hosts));
  shape.pages = static_cast<std::size_t>(round.size(limited_pages));
  shape.links = static_cast<std::size_t>(round.size(limited_links));
  shape.redirect_part = 0.15;
  shape.off_origin_part = 0.05;
  shape.error_part = 0.05;
  shape.flaky_part = 0.15;
  shape.private_part = 0.1;
  shape.dead_link_part = 0.05;
  shape.latency_ns = round.by_size<DurationNs>(20 * us, 1);
  shape.jitter_ns = round.by_size<DurationNs>(100 * us, 3);
  LimitedSite limited{make_site(shape), {}};
  const auto strangers_below = static_cast<std::uint64_t>(round.size(most_strangers));
  for (SyntheticPage& page : limited.site.pages) {
    if (page.page.status != 200) continue;
    const std::uint64_t strangers = round.random()() % strangers_below;
    for (std::uint64_t i = 0; i < strangers; ++i) {
      page.page.body += fmt::format("<a href=\"http://stranger.example/{}\">away</a>", i);
    }
    limited.strangers[page.url] = strangers;
  }
  return limited;
}

constexpr std::uint64_t no_stop = std::numeric_limits<std::uint64_t>::max();

// Each limit is set in some of the rounds.
struct Limits {
  Options options;
  std::uint64_t stop_at = no_stop;  // after so many fetches
};

Limits limits_of(Round& round, std::size_t pages) {
  std::mt19937_64& random = round.random();
  Limits limits{.options = patient_options(round)};
  Options& options = limits.options;
  options.robots = random() % 2 == 0;
  if (random() % 2 == 0) options.max_pages = 1 + random() % pages;
  if (random() % 3 == 0) options.max_depth = static_cast<std::uint32_t>(random() % 5);
  if (random() % 3 == 0) options.max_redirects = static_cast<std::uint32_t>(random() % 3);
  if (random() % 2 == 0) options.max_per_host = 1 + static_cast<std::uint32_t>(random() % 2);
  if (random() % 3 == 0) limits.stop_at = random() % pages;
  const auto steps = static_cast<std::uint64_t>(round.size(latest_deadline));
  if (random() % 4 == 0) {
    options.deadline_ns = static_cast<DurationNs>(1 + random() % steps) * round.by_size<DurationNs>(us, 1);
  }
  return limits;
}

struct LimitsOutcomes {
  Round& round;
  Outcomes::Counter& crawls = round.required("crawls", "with limits that the seed draws");
  Outcomes::Counter& cut_short = round.allowed("cut short", "crawls that ended by a limit, a stop or a deadline");
  Outcomes::Counter& odd_counts =
      round.forbidden("odd counts", "a count of the report is not that of its pages or of the site");
  Outcomes::Counter& odd_pages =
      round.forbidden("odd pages", "a page is missing, reported twice, or not as it was answered");
  Outcomes::Counter& over_limit =
      round.forbidden("over the limit", "more pages, or fetches of a host at a time, than allowed");
  Outcomes::Counter& odd_ends = round.forbidden("odd ends", "the crawl ended for a reason that was not there");
};

// The report of one crawl, and all that it is checked against.
class Audit {
 public:
  Audit(Round& round, LimitsOutcomes& seen, const LimitedSite& limited, const Limits& limits, const Report& report,
        const Witness& witness)
      : round_(round),
        seen_(seen),
        limited_(limited),
        limits_(limits),
        report_(report),
        most_of_a_host_(witness.most_of_a_host()) {
    for (const CrawledPage& page : expected_pages(limited.site, limits.options)) planned_[page.url] = page;
    for (const SyntheticPage& page : limited.site.pages) plans_[page.url] = &page;
    for (const auto& [url, trace] : witness.traces()) {
      const bool robots = url.ends_with("/robots.txt");
      (robots ? robots_fetches_ : fetches_) += trace.fetches;
      repeats_ += trace.fetches - 1;
      if (!robots) traces_[url] = trace;
    }
    for (const CrawledPage& page : report.pages) reported_[page.url] = page;
  }

  void check() {
    check_pages();
    check_counts();
    check_limits();
    check_end();
  }

 private:
  void check_pages() {
    if (reported_.size() != report_.pages.size()) odd_page("a URL stands in the report twice");
    if (!std::ranges::is_sorted(report_.pages, {}, &CrawledPage::url)) odd_page("the report is not sorted");
    for (const auto& [url, trace] : traces_) {
      if (!reported_.contains(url)) odd_page(url + " was fetched and is not in the report");
      if (trace.answers != trace.fetches) odd_page(url + " was left behind in flight");
    }
    for (const CrawledPage& page : report_.pages) {
      if (!is_as_planned(page) || !is_as_answered(page)) {
        odd_page(fmt::format("{} {} {} depth {}", page.url, to_string(page.outcome), page.status, page.depth));
      }
      if (const std::string missing = unreported_link(page); !missing.empty()) {
        odd_page(fmt::format("{} leads to {}, which is not in the report", page.url, missing));
      }
    }
    if (report_.end == CrawlEnd::finished && reported_.size() != planned_.size()) odd_page("not all pages were met");
  }

  // A crawl that was cut short may not know the shortest way.
  bool is_as_planned(const CrawledPage& page) const {
    const auto found = planned_.find(page.url);
    if (found == planned_.end()) return false;
    CrawledPage plan = found->second;
    if (report_.end == CrawlEnd::finished) return page == plan;
    if (page.depth < plan.depth) return false;
    if (is_open(page)) return page.status == 0 && plan.outcome != PageOutcome::out_of_scope;
    if (page.outcome == PageOutcome::too_many_redirects && plan.outcome == PageOutcome::redirected) {
      plan.outcome = PageOutcome::too_many_redirects;
    }
    return page.outcome == plan.outcome && page.status == plan.status;
  }

  bool is_as_answered(const CrawledPage& page) const {
    const auto found = traces_.find(page.url);
    const Witness::Trace trace = found == traces_.end() ? Witness::Trace{} : found->second;
    const auto plan = plans_.find(page.url);
    const std::uint64_t failures = plan == plans_.end() ? 0 : plan->second->page.failing_attempts;
    switch (page.outcome) {
      case PageOutcome::never_started:
      case PageOutcome::out_of_scope:
      case PageOutcome::robots_refused:
        return trace.fetches == 0;
      case PageOutcome::in_flight:  // it waited for its host, for an answer, or for a retry
        return trace.fetches == 0 || trace.error == FetchError::stopped || trace.fetches <= failures;
      default:
        return trace.fetches == failures + 1 && trace.error == FetchError::none && trace.status == page.status;
    }
  }

  // Empty: everything that the page leads to is in the report.
  std::string unreported_link(const CrawledPage& page) const {
    const auto plan = plans_.find(page.url);
    if (plan == plans_.end()) return "";
    if (page.outcome == PageOutcome::redirected && !reported_.contains(plan->second->target)) {
      return plan->second->target;
    }
    if (page.outcome != PageOutcome::fetched || page.depth >= limits_.options.max_depth) return "";
    for (const std::string& link : plan->second->links) {
      if (!reported_.contains(link)) return link;
    }
    return "";
  }

  void check_counts() {
    std::array<std::uint64_t, page_outcomes> counts{};
    std::uint64_t strangers = 0;
    for (const CrawledPage& page : report_.pages) {
      ++counts.at(static_cast<std::size_t>(page.outcome));
      const auto found = limited_.strangers.find(page.url);
      if (page.outcome == PageOutcome::fetched && found != limited_.strangers.end()) strangers += found->second;
    }
    if (!std::ranges::equal(counts, report_.by_outcome)) odd_count("by_outcome");
    const std::uint64_t begun = report_.visited() + report_.count(PageOutcome::in_flight);
    const std::uint64_t refused = report_.count(PageOutcome::robots_refused);
    const std::uint64_t strays = report_.count(PageOutcome::out_of_scope);
    if (begun + refused + strays + report_.count(PageOutcome::never_started) != report_.pages.size()) {
      odd_count("visited, in flight, refused, out of scope and never started");
    }
    if (report_.fetches != fetches_) odd_count("fetches");
    if (report_.robots_fetches != robots_fetches_) odd_count("robots_fetches");
    if (report_.retries != repeats_) odd_count("retries");
    if (report_.links_out_of_scope != strangers) odd_count("links_out_of_scope");
    const auto& workers = report_.pages_of_worker;
    const std::uint64_t claimed = std::accumulate(workers.begin(), workers.end(), std::uint64_t{0});
    const bool exact = report_.end != CrawlEnd::finished || claimed == begun + refused;
    const bool possible = claimed >= begun + refused && claimed <= report_.pages.size() - strays;
    if (workers.size() != static_cast<std::size_t>(limits_.options.workers) || !exact || !possible) {
      odd_count("pages_of_worker");
    }
  }

  void check_limits() {
    const Options& options = limits_.options;
    if (traces_.size() > options.max_pages) over_limit(fmt::format("{} pages were fetched", traces_.size()));
    if (options.max_per_host > 0 && most_of_a_host_ > static_cast<int>(options.max_per_host)) {
      over_limit(fmt::format("{} fetches of a host at a time", most_of_a_host_));
    }
  }

  void check_end() {
    const std::uint64_t begun = report_.visited() + report_.count(PageOutcome::in_flight);
    const bool all_done = std::ranges::none_of(report_.pages, is_open);
    bool right = false;
    switch (report_.end) {
      case CrawlEnd::finished:
        right = all_done;
        break;
      case CrawlEnd::cancelled:
        right = !all_done && limits_.stop_at != no_stop;
        break;
      case CrawlEnd::deadline:
        right = !all_done && limits_.options.deadline_ns != forever;
        break;
      case CrawlEnd::page_limit:
        right = !all_done && begun == limits_.options.max_pages;
        break;
      case CrawlEnd::invalid_start:
        break;
    }
    ++seen_.crawls;
    if (!all_done) ++seen_.cut_short;
    if (!right) {
      accuse(round_, seen_.odd_ends, fmt::format("{} with {} pages begun", to_string(report_.end), begun));
    }
  }

  static bool is_open(const CrawledPage& page) {
    return page.outcome == PageOutcome::in_flight || page.outcome == PageOutcome::never_started;
  }
  void odd_page(const std::string& what) { accuse(round_, seen_.odd_pages, told(what)); }
  void odd_count(const std::string& field) { accuse(round_, seen_.odd_counts, told(field)); }
  void over_limit(const std::string& what) { accuse(round_, seen_.over_limit, told(what)); }
  std::string told(const std::string& what) const {
    return fmt::format("{} (the crawl: {}, at most {} pages, {} of a host at a time)", what, to_string(report_.end),
                       limits_.options.max_pages, limits_.options.max_per_host);
  }

  Round& round_;
  LimitsOutcomes& seen_;
  const LimitedSite& limited_;
  const Limits& limits_;
  const Report& report_;
  const int most_of_a_host_;
  std::map<std::string, CrawledPage> planned_;  // if nothing cuts the crawl short
  std::map<std::string, const SyntheticPage*> plans_;
  std::map<std::string, Witness::Trace> traces_;  // robots.txt aside
  std::map<std::string, CrawledPage> reported_;
  std::uint64_t fetches_ = 0;
  std::uint64_t robots_fetches_ = 0;
  std::uint64_t repeats_ = 0;
};

void round_of_limits(const Subject<Crawler>& subject, Round& round) {
  LimitsOutcomes seen(round);
  const LimitedSite limited = limited_site(round);
  MemorySite served;
  limited.site.serve(served);
  const Limits limits = limits_of(round, limited.site.pages.size());
  std::atomic<std::uint64_t> begun{0};
  Witness witness(served, [&] { ++begun; });
  const auto crawler = subject.make(limits.options);
  RoundClock time(round);
  std::stop_source stop;
  std::atomic<bool> over{false};
  Report report;
  round.run_threads(2, [&](int thread) {
    if (thread == 0) {
      report = crawler->crawl(limited.site.starts, witness, time.clock(), stop.get_token());
      over = true;
    } else if (limits.stop_at != no_stop) {
      yield_until([&] { return begun >= limits.stop_at || over; });
      stop.request_stop();
    }
  });
  round.count_operation();
  Audit(round, seen, limited, limits, report, witness).check();
}
const bool limits_registered = register_attack<Crawler>(
    {"limits", "a crawl that is cut short reports what it did, neither more nor less", round_of_limits});

}  // namespace
}  // namespace contend::crawler
