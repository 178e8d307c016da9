// Delays, failing fetchers and dead hosts, in simulated time.

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/inputs/crawler/memory_site.hpp"
#include "bench/inputs/crawler/synthetic_site.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/url/url.hpp"
#include "stress/crawler/crawls.hpp"
#include "stress/driver/attack.hpp"

namespace contend::crawler {
namespace {

constexpr Sized polite_hosts{.full = 5, .small = {2, 3}};
constexpr Sized polite_pages{.full = 60, .small = {9, 15}};
constexpr Sized retry_budget{.full = 10, .small = {0, 2}};
constexpr Sized pages_per_throw{.full = 8, .small = {2, 4}};
constexpr Sized patience_s{.full = 1000, .small = {100, 100}};  // simulated: a crawl that stalls gets there

// All pages of the first host but its start are down, and some of the others make the fetcher throw.
SyntheticSite failing_site(Round& round) {
  const auto hosts = static_cast<std::size_t>(round.size(polite_hosts));
  SyntheticSite site = make_site({.seed = round.seed(),
                                  .hosts = hosts,
                                  .pages = static_cast<std::size_t>(round.size(polite_pages)),
                                  .links = 4,
                                  .latency_ns = 5 * ms,
                                  .jitter_ns = 50 * ms});
  const auto throws_one_in = static_cast<std::uint64_t>(round.size(pages_per_throw));
  for (std::size_t i = hosts; i < site.pages.size(); ++i) {
    SitePage& page = site.pages[i].page;
    if (i % hosts == 0) {
      page.failing_attempts = no_limit;
    } else {
      page.throws = round.random()() % throws_one_in == 0;
    }
  }
  return site;
}

// When each host was asked.
class HostTimes {
 public:
  explicit HostTimes(const MemorySite& served) {
    for (const MemorySite::Fetched& fetched : served.log()) {
      by_host_[std::string(Url::parse(fetched.url)->host())].push_back(fetched);
    }
    for (auto& [host, fetches] : by_host_) std::ranges::sort(fetches, {}, &MemorySite::Fetched::begin_ns);
  }

  // The shortest time between the end of a fetch and the begin of the next.
  DurationNs least_gap() const {
    DurationNs least_ns = forever;
    for (const auto& [host, fetches] : by_host_) {
      for (std::size_t i = 1; i < fetches.size(); ++i) {
        least_ns = std::min(least_ns, fetches[i].begin_ns - fetches[i - 1].end_ns);
      }
    }
    return least_ns;
  }
  // How often a host was asked for what it had been asked for before.
  std::size_t repeats(const std::string& host) const {
    const auto fetches = by_host_.find(host);
    if (fetches == by_host_.end()) return 0;
    std::set<std::string_view> urls;
    for (const MemorySite::Fetched& fetched : fetches->second) urls.insert(fetched.url);
    return fetches->second.size() - urls.size();
  }

 private:
  std::map<std::string, std::vector<MemorySite::Fetched>> by_host_;
};

void round_of_politeness(const Subject<Crawler>& subject, Round& round) {
  Outcomes::Counter& fetches =
      round.required("fetches", "of several hosts, one of them dead, by fetchers that may throw");
  Outcomes::Counter& impolite = round.forbidden("too soon", "a host was asked before the delay was over");
  Outcomes::Counter& stalled = round.forbidden("stalled", "pages were left while nobody worked");
  Outcomes::Counter& storms = round.forbidden("retry storm", "a dead host was asked more often than its budget allows");
  const SyntheticSite site = failing_site(round);
  MemorySite served;
  site.serve(served);
  served.keep_log(true);
  SimulatedClock clock;
  Options options = patient_options(round);
  options.retry = {};
  options.retry.budget_per_host = static_cast<std::uint32_t>(round.size(retry_budget));
  options.deadline_ns = round.size(patience_s) * second;
  const bool with_delay = round.random()() % 2 == 0;
  if (with_delay) {
    options.host_delay_ns = 100 * ms;
  } else {
    options.max_per_host = 2;
  }
  const Report got = subject.make(options)->crawl(site.starts, served, clock, {});
  round.count_operation();
  fetches.add(got.fetches);
  const HostTimes times(served);
  if (with_delay && times.least_gap() < options.host_delay_ns) {
    accuse(round, impolite, fmt::format("{} ns between two fetches", times.least_gap()));
  }
  if (got.end != CrawlEnd::finished) {
    accuse(round, stalled,
           fmt::format("nothing went on until the end of time, {} pages in flight and {} never started",
                       got.count(PageOutcome::in_flight), got.count(PageOutcome::never_started)));
  }
  if (const std::size_t repeats = times.repeats("h0.example"); repeats > options.retry.budget_per_host) {
    accuse(round, storms,
           fmt::format("a dead host with a budget of {} was asked again {} times", options.retry.budget_per_host,
                       repeats));
  }
}
const bool politeness_registered = register_attack<Crawler>(
    {"politeness", "delays between fetches, turns given back, and a budget for dead hosts", round_of_politeness});

}  // namespace
}  // namespace contend::crawler
