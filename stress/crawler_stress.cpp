// Attacks on crawlers: made-up sites, each drawn from a seed, with circles, redirects, errors and links that lead away.

#include <fmt/core.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "bench/inputs/crawler/memory_site.hpp"
#include "bench/inputs/crawler/synthetic_site.hpp"
#include "impls/crawler/crawler.hpp"
#include "stress/crawler/crawls.hpp"
#include "stress/crawler/expectation.hpp"
#include "stress/driver/attack.hpp"

namespace contend::crawler {
namespace {

// --- set: the pages, each fetched once, are those that the plan of the site says ---

constexpr Sized most_hosts{.full = 3, .small = {1, 3}};
constexpr Sized least_pages{.full = 20, .small = {4, 8}};
constexpr Sized more_pages{.full = 100, .small = {2, 8}};
constexpr Sized most_links{.full = 12, .small = {2, 5}};

SiteShape wild_shape(Round& round) {
  const auto below = [&](const Sized& limit) {
    return static_cast<std::size_t>(round.random()() % static_cast<std::uint64_t>(round.size(limit)));
  };
  SiteShape shape{.seed = round.seed()};
  shape.hosts = 1 + below(most_hosts);
  shape.pages = static_cast<std::size_t>(round.size(least_pages)) + below(more_pages);
  shape.links = below(most_links);
  shape.redirect_part = 0.25;
  shape.off_origin_part = 0.08;
  shape.error_part = 0.05;
  shape.flaky_part = 0.1;
  shape.private_part = 0.1;
  shape.dead_link_part = 0.05;
  // Few different times at the small size, so that several answers come at one instant.
  if (round.random()() % 2 == 0) shape.jitter_ns = round.by_size<DurationNs>(100 * us, 3);
  return shape;
}

Options wild_options(Round& round) {
  std::mt19937_64& random = round.random();
  Options options = patient_options(round);
  options.robots = random() % 2 == 0;
  if (random() % 3 == 0) options.max_depth = 1 + static_cast<std::uint32_t>(random() % 5);
  if (random() % 4 == 0) options.max_redirects = static_cast<std::uint32_t>(random() % 3);
  return options;
}

struct SetOutcomes {
  Round& round;
  Outcomes::Counter& pages = round.required("pages", "reported by crawls of made-up sites");
  Outcomes::Counter& other_sets = round.forbidden("other sets", "pages, status or depth are not those of the plan");
  Outcomes::Counter& twice = round.forbidden("fetched twice", "a page was fetched more often than it failed");
  Outcomes::Counter& strays = round.forbidden("strayed", "what is out of scope or forbidden was fetched");
};

// Attempts at each page: one, and those that failed before it.
void check_fetches(const MemorySite& served, const SyntheticSite& site, const Report& report, Round& round,
                   SetOutcomes& seen) {
  std::map<std::string_view, std::uint32_t> wanted;
  for (const SyntheticPage& page : site.pages) wanted[page.url] = page.page.failing_attempts + 1;
  std::set<std::string_view> urls;
  for (const CrawledPage& page : report.pages) {
    const bool outside = page.outcome == PageOutcome::out_of_scope || page.outcome == PageOutcome::robots_refused;
    const std::uint32_t fetches = served.fetches_of(page.url);
    const auto plan = wanted.find(page.url);
    const std::uint32_t most = plan == wanted.end() ? 1 : plan->second;
    if (outside && fetches > 0) {
      accuse(round, seen.strays, page.url + " was fetched");
    } else if (fetches > most || !urls.insert(page.url).second) {
      accuse(round, seen.twice, fmt::format("{} was fetched {} times", page.url, fetches));
    }
  }
}

void round_of_sets(const Subject<Crawler>& subject, Round& round) {
  SetOutcomes seen(round);
  const SyntheticSite site = make_site(wild_shape(round));
  MemorySite served;
  site.serve(served);
  const Options options = wild_options(round);
  RoundClock time(round);
  const Report got = subject.make(options)->crawl(site.starts, served, time.clock(), {});
  round.count_operation();
  seen.pages.add(got.pages.size());
  check_fetches(served, site, got, round, seen);
  const std::string difference = first_difference(got.pages, expected_pages(site, options));
  if (!difference.empty() || got.end != CrawlEnd::finished) {
    accuse(round, seen.other_sets, fmt::format("{} {}", to_string(got.end), difference));
  }
}
const bool set_registered = register_attack<Crawler>(
    {"set", "each page once, and the set that follows from the plan of the site", round_of_sets});

// --- slow_pages: nearly always the queue is empty while somebody is busy with the page that leads on ---

constexpr Sized chain_length{.full = 12, .small = {2, 4}};
constexpr Sized most_beside{.full = 4, .small = {1, 3}};
constexpr Sized slowness{.full = 300, .small = {1, 3}};  // in steps of the round's clock

// A chain of slow pages; each leads to the next and to some fast ones.
SyntheticSite chain(Round& round) {
  std::mt19937_64& random = round.random();
  const int length = round.size(chain_length);
  const auto beside = static_cast<std::uint64_t>(round.size(most_beside));
  const auto steps = static_cast<std::uint64_t>(round.size(slowness));
  const auto step_ns = round.by_size<DurationNs>(us, 1);
  SyntheticSite site;
  for (int i = 0; i < length; ++i) {
    SyntheticPage page;
    page.url = fmt::format("http://h0.example/c{}", i);
    if (i + 1 < length) page.links.push_back(fmt::format("http://h0.example/c{}", i + 1));
    for (std::uint64_t k = random() % beside; k > 0; --k) {
      page.links.push_back(fmt::format("http://h0.example/f{}-{}", i, k));
    }
    page.page.body = html_with_links(page.links);
    page.page.first_byte_ns = static_cast<DurationNs>(random() % steps) * step_ns;
    site.pages.push_back(std::move(page));
  }
  site.starts.push_back(site.pages[0].url);
  return site;
}

void round_of_slow_pages(const Subject<Crawler>& subject, Round& round) {
  Outcomes::Counter& pages = round.required("pages", "of chains in which each page is slow");
  Outcomes::Counter& lost = round.forbidden("ended early", "the crawl ended while a busy worker had links to come");
  const SyntheticSite site = chain(round);
  MemorySite served;
  site.serve(served);
  const Options options = patient_options(round);
  RoundClock time(round);
  const Report got = subject.make(options)->crawl(site.starts, served, time.clock(), {});
  round.count_operation();
  pages.add(got.pages.size());
  const std::string difference = first_difference(got.pages, expected_pages(site, options));
  if (!difference.empty()) accuse(round, lost, difference);
}
const bool slow_registered = register_attack<Crawler>(
    {"slow_pages", "an empty queue is not the end while somebody is busy", round_of_slow_pages});

const bool system_registered = register_stress_system<Crawler>("crawler");

}  // namespace
}  // namespace contend::crawler
