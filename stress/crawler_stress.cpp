// Attacks on crawlers: made-up sites, each drawn from a seed, with circles, redirects, errors and links that lead away.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bench/inputs/crawler/memory_site.hpp"
#include "bench/inputs/crawler/synthetic_site.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/sync/backoff.hpp"
#include "stress/crawler/expectation.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs us = 1'000;
constexpr DurationNs ms = 1'000'000;
constexpr DurationNs second = 1000 * ms;

Crawler::Options options_for(const AttackOptions& attack) {
  Crawler::Options options{.workers = std::max(attack.threads, 2), .in_flight = 16};
  options.retry.base_ns = 0;
  options.retry.budget_per_host = no_limit;
  return options;
}

std::string page_seen(std::uint64_t seed, const std::string& what) {
  return fmt::format("seed {}: {}", seed, what);
}

// --- set: the pages, each fetched once, are those that the plan of the site says ---

SiteShape wild_shape(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  SiteShape shape{.seed = seed, .hosts = 1 + random() % 3, .pages = 20 + random() % 100, .links = random() % 12};
  shape.redirect_part = 0.25;
  shape.off_origin_part = 0.08;
  shape.error_part = 0.05;
  shape.flaky_part = 0.1;
  shape.private_part = 0.1;
  shape.dead_link_part = 0.05;
  shape.jitter_ns = random() % 2 == 0 ? 0 : 100 * us;
  return shape;
}

struct SetCounts {
  std::uint64_t pages = 0;
  std::uint64_t other_sets = 0;
  std::uint64_t twice = 0;
  std::uint64_t strays = 0;
};

// Attempts at each page: one, and those that failed before it.
void check_fetches(const MemorySite& served, const SyntheticSite& site, const Report& report, SetCounts& counts,
                   AttackReport& attack, std::uint64_t seed) {
  std::map<std::string_view, std::uint32_t> wanted;
  for (const SyntheticPage& page : site.pages) wanted[page.url] = page.page.failing_attempts + 1;
  std::set<std::string_view> seen;
  for (const CrawledPage& page : report.pages) {
    const bool outside = page.outcome == PageOutcome::out_of_scope || page.outcome == PageOutcome::robots_refused;
    const std::uint32_t fetches = served.fetches_of(page.url);
    const auto plan = wanted.find(page.url);
    const std::uint32_t most = plan == wanted.end() ? 1 : plan->second;
    if (outside && fetches > 0) {
      ++counts.strays;
      attack.conclude(Verdict::illegal, page_seen(seed, page.url + " was fetched"));
    } else if (fetches > most || !seen.insert(page.url).second) {
      ++counts.twice;
      attack.conclude(Verdict::illegal, page_seen(seed, fmt::format("{} was fetched {} times", page.url, fetches)));
    }
  }
}

AttackReport attack_set(const Subject<Crawler>& subject, const AttackOptions& attack) {
  AttackReport report;
  SetCounts counts;
  repeat_rounds(attack, [&](std::uint64_t seed) {
    const SyntheticSite site = make_site(wild_shape(seed));
    MemorySite served;
    site.serve(served);
    Crawler::Options options = options_for(attack);
    options.robots = seed % 2 == 0;
    if (seed % 3 == 0) options.max_depth = 1 + static_cast<std::uint32_t>(seed % 5);
    if (seed % 4 == 0) options.max_redirects = static_cast<std::uint32_t>(seed % 3);
    const Report got = subject.make(options)->crawl(site.starts, served, SteadyClock::instance(), {});
    counts.pages += got.pages.size();
    attack.count_operation();
    check_fetches(served, site, got, counts, report, seed);
    const std::string difference = first_difference(got.pages, expected_pages(site, options));
    if (!difference.empty() || got.end != CrawlEnd::finished) {
      ++counts.other_sets;
      report.conclude(Verdict::illegal, page_seen(seed, difference));
    }
    return report.verdict == Verdict::ok;
  });
  report.add("pages", counts.pages, Expectation::required, "reported by crawls of made-up sites");
  report.add("other sets", counts.other_sets, Expectation::forbidden,
             "pages, status or depth are not those of the plan");
  report.add("fetched twice", counts.twice, Expectation::forbidden, "a page was fetched more often than it failed");
  report.add("strayed", counts.strays, Expectation::forbidden, "what is out of scope or forbidden was fetched");
  return report;
}
const bool set_registered =
    register_attack<Crawler>({"set", "each page once, and the set that follows from the plan of the site", attack_set});

// --- slow_pages: nearly always the queue is empty while somebody is busy with the page that leads on ---

// A chain of slow pages; each leads to the next and to some fast ones.
SyntheticSite chain(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  SyntheticSite site;
  constexpr std::size_t length = 12;
  for (std::size_t i = 0; i < length; ++i) {
    SyntheticPage page;
    page.url = fmt::format("http://h0.example/c{}", i);
    if (i + 1 < length) page.links.push_back(fmt::format("http://h0.example/c{}", i + 1));
    for (std::size_t k = 0; k < random() % 4; ++k) page.links.push_back(fmt::format("http://h0.example/f{}-{}", i, k));
    page.page.body = html_with_links(page.links);
    page.page.first_byte_ns = static_cast<DurationNs>(random() % 300) * us;
    site.pages.push_back(std::move(page));
  }
  site.starts.push_back(site.pages[0].url);
  return site;
}

AttackReport attack_slow_pages(const Subject<Crawler>& subject, const AttackOptions& attack) {
  AttackReport report;
  std::uint64_t pages = 0;
  std::uint64_t lost = 0;
  repeat_rounds(attack, [&](std::uint64_t seed) {
    const SyntheticSite site = chain(seed);
    MemorySite served;
    site.serve(served);
    const Crawler::Options options = options_for(attack);
    const Report got = subject.make(options)->crawl(site.starts, served, SteadyClock::instance(), {});
    attack.count_operation();
    pages += got.pages.size();
    const std::string difference = first_difference(got.pages, expected_pages(site, options));
    if (!difference.empty()) {
      ++lost;
      report.conclude(Verdict::illegal, page_seen(seed, difference));
    }
    return report.verdict == Verdict::ok;
  });
  report.add("pages", pages, Expectation::required, "of chains in which each page is slow");
  report.add("ended early", lost, Expectation::forbidden, "the crawl ended while a busy worker had links to come");
  return report;
}
const bool slow_registered =
    register_attack<Crawler>({"slow_pages", "an empty queue is not the end while somebody is busy", attack_slow_pages});

// --- cancel: a stop at any moment ends the crawl at once, and its report adds up ---

AttackReport attack_cancel(const Subject<Crawler>& subject, const AttackOptions& attack) {
  AttackReport report;
  std::uint64_t stopped = 0;
  std::uint64_t too_late = 0;
  std::uint64_t odd_sums = 0;
  SyntheticSite site =
      make_site({.seed = attack.seed, .pages = 800, .links = 6, .latency_ns = 20 * us, .jitter_ns = 100 * us});
  repeat_rounds(attack, [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    MemorySite served;
    site.serve(served);
    std::stop_source stop;
    std::atomic<std::uint64_t> begun{0};
    std::atomic<std::uint64_t> late{0};
    const std::uint64_t moment = random() % 200;
    served.on_fetch([&](std::string_view) {
      if (stop.stop_requested()) ++late;
      ++begun;
    });
    Crawler::Options options = options_for(attack);
    options.robots = false;
    const auto crawler = subject.make(options);
    std::atomic<bool> over{false};
    std::jthread stopper([&] {
      Backoff backoff;
      while (begun < moment && !over) backoff.pause();
      stop.request_stop();
    });
    const Report got = crawler->crawl(site.starts, served, SteadyClock::instance(), stop.get_token());
    over = true;
    stopper.join();
    attack.count_operation();
    if (got.end == CrawlEnd::cancelled) ++stopped;
    // A thread that has looked before the stop may begin one fetch after it.
    if (late > static_cast<std::uint64_t>(options.workers)) {
      ++too_late;
      report.conclude(Verdict::illegal, page_seen(seed, fmt::format("{} fetches began after the stop", late.load())));
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t count : got.by_outcome) sum += count;
    const std::uint64_t begun_pages = sum - got.count(PageOutcome::never_started);
    const bool ended = got.end == CrawlEnd::cancelled || (got.end == CrawlEnd::finished && sum == site.pages.size());
    if (sum != got.pages.size() || begun_pages != served.fetches() || got.fetches != served.fetches() || !ended) {
      ++odd_sums;
      report.conclude(Verdict::illegal,
                      page_seen(seed, fmt::format("{} pages, {} by outcome, {} begun, {} fetched, {}", got.pages.size(),
                                                  sum, begun_pages, served.fetches(), to_string(got.end))));
    }
    return report.verdict == Verdict::ok;
  });
  report.add("stopped", stopped, Expectation::required, "crawls that ended by a stop at a random moment");
  report.add("began after it", too_late, Expectation::forbidden, "more fetches than threads began after the stop");
  report.add("odd sums", odd_sums, Expectation::forbidden, "visited, in flight and never started do not add up");
  return report;
}
const bool cancel_registered = register_attack<Crawler>(
    {"cancel", "a stop at a random moment is obeyed at once, and nothing is left out of the report", attack_cancel});

// --- politeness: delays, failing fetchers and dead hosts, in simulated time ---

struct HostTimes {
  std::map<std::string, std::vector<MemorySite::Fetched>> by_host;

  explicit HostTimes(const MemorySite& served) {
    for (const MemorySite::Fetched& fetched : served.log()) {
      by_host[std::string(Url::parse(fetched.url)->host())].push_back(fetched);
    }
    for (auto& [host, fetches] : by_host) std::ranges::sort(fetches, {}, &MemorySite::Fetched::begin_ns);
  }
  // The shortest time between the end of a fetch and the begin of the next.
  DurationNs least_gap() const {
    DurationNs least_ns = forever;
    for (const auto& [host, fetches] : by_host) {
      for (std::size_t i = 1; i < fetches.size(); ++i) {
        least_ns = std::min(least_ns, fetches[i].begin_ns - fetches[i - 1].end_ns);
      }
    }
    return least_ns;
  }
};

AttackReport attack_politeness(const Subject<Crawler>& subject, const AttackOptions& attack) {
  AttackReport report;
  std::uint64_t fetches = 0;
  std::uint64_t impolite = 0;
  std::uint64_t stalled = 0;
  std::uint64_t storms = 0;
  constexpr std::uint32_t budget = 10;
  repeat_rounds(attack, [&](std::uint64_t seed) {
    SyntheticSite site =
        make_site({.seed = seed, .hosts = 5, .pages = 60, .links = 4, .latency_ns = 5 * ms, .jitter_ns = 50 * ms});
    std::mt19937_64 random(seed);
    std::uint64_t dead = 0;  // pages of the first host, of which all but the start are down
    for (std::size_t i = 5; i < site.pages.size(); ++i) {
      SitePage& page = site.pages[i].page;
      if (i % 5 == 0) {
        page.failing_attempts = no_limit;
        ++dead;
      } else {
        page.throws = random() % 8 == 0;
      }
    }
    MemorySite served;
    site.serve(served);
    served.keep_log(true);
    SimulatedClock clock;
    Crawler::Options options = options_for(attack);
    options.retry = {};
    options.retry.budget_per_host = budget;
    options.deadline_ns = 1000 * second;  // simulated: a crawl that stalls gets there
    const bool with_delay = seed % 2 == 0;
    if (with_delay) options.host_delay_ns = 100 * ms;
    if (!with_delay) options.max_per_host = 2;
    const Report got = subject.make(options)->crawl(site.starts, served, clock, {});
    attack.count_operation();
    fetches += got.fetches;
    const HostTimes times(served);
    if (with_delay && times.least_gap() < options.host_delay_ns) {
      ++impolite;
      report.conclude(Verdict::illegal, page_seen(seed, fmt::format("{} ns between two fetches", times.least_gap())));
    }
    if (got.end != CrawlEnd::finished) {
      ++stalled;
      report.conclude(Verdict::illegal, page_seen(seed, fmt::format("nothing went on until the end of time, {} pages "
                                                                    "in flight and {} never started",
                                                                    got.count(PageOutcome::in_flight),
                                                                    got.count(PageOutcome::never_started))));
    }
    const auto of_dead = times.by_host.find("h0.example");
    const std::size_t asked = of_dead == times.by_host.end() ? 0 : of_dead->second.size();
    if (asked > dead + 2 + budget) {  // each page, the start, robots.txt, and the retries
      ++storms;
      report.conclude(Verdict::illegal,
                      page_seen(seed, fmt::format("a dead host of {} pages was asked {} times", dead, asked)));
    }
    return report.verdict == Verdict::ok;
  });
  report.add("fetches", fetches, Expectation::required, "of five hosts, one of them dead, by fetchers that may throw");
  report.add("too soon", impolite, Expectation::forbidden, "a host was asked before the delay was over");
  report.add("stalled", stalled, Expectation::forbidden, "pages were left while nobody worked");
  report.add("retry storm", storms, Expectation::forbidden, "a dead host was asked more often than its budget allows");
  return report;
}
const bool politeness_registered = register_attack<Crawler>(
    {"politeness", "delays between fetches, turns given back, and a budget for dead hosts", attack_politeness});

const bool system_registered = register_stress_system<Crawler>("crawler");

}  // namespace
}  // namespace contend::crawler
