// A stop at any moment ends the crawl at once, and its report adds up.

#include <fmt/core.h>

#include <atomic>
#include <cstdint>
#include <numeric>
#include <stop_token>
#include <string_view>

#include "bench/inputs/crawler/memory_site.hpp"
#include "bench/inputs/crawler/synthetic_site.hpp"
#include "impls/crawler/crawler.hpp"
#include "stress/crawler/crawls.hpp"
#include "stress/driver/attack.hpp"

namespace contend::crawler {
namespace {

constexpr Sized pages_to_stop{.full = 800, .small = {8, 16}};
constexpr Sized latest_stop{.full = 200, .small = {1, 10}};  // in fetches begun

SiteShape shape_to_stop(Round& round) {
  SiteShape shape{.seed = round.seed(), .pages = static_cast<std::size_t>(round.size(pages_to_stop)), .links = 6};
  shape.latency_ns = round.by_size<DurationNs>(20 * us, 1);
  shape.jitter_ns = round.by_size<DurationNs>(100 * us, 3);
  return shape;
}

struct CancelOutcomes {
  Round& round;
  Outcomes::Counter& stopped = round.required("stopped", "crawls that ended by a stop at a random moment");
  Outcomes::Counter& too_late = round.forbidden("began after it", "more fetches than threads began after the stop");
  Outcomes::Counter& odd_sums = round.forbidden("odd sums", "visited, in flight and never started do not add up");
};

void check_sums(const Report& got, std::uint64_t fetches, std::size_t all_pages, Round& round, CancelOutcomes& seen) {
  const std::uint64_t sum = std::accumulate(std::begin(got.by_outcome), std::end(got.by_outcome), std::uint64_t{0});
  const std::uint64_t begun = sum - got.count(PageOutcome::never_started);
  const bool ended = got.end == CrawlEnd::cancelled || (got.end == CrawlEnd::finished && sum == all_pages);
  if (sum == got.pages.size() && begun == fetches && got.fetches == fetches && ended) return;
  accuse(round, seen.odd_sums,
         fmt::format("{} pages, {} by outcome, {} begun, {} fetched, {}", got.pages.size(), sum, begun, fetches,
                     to_string(got.end)));
}

void round_of_cancels(const Subject<Crawler>& subject, Round& round) {
  CancelOutcomes seen(round);
  const SyntheticSite site = make_site(shape_to_stop(round));
  MemorySite served;
  site.serve(served);
  const std::uint64_t moment = round.random()() % static_cast<std::uint64_t>(round.size(latest_stop));
  std::stop_source stop;
  std::atomic<std::uint64_t> begun{0};
  std::atomic<std::uint64_t> late{0};
  served.on_fetch([&](std::string_view) {
    if (stop.stop_requested()) ++late;
    ++begun;
  });
  Options options = patient_options(round);
  options.robots = false;
  const auto crawler = subject.make(options);
  RoundClock time(round);
  Report got;
  std::atomic<bool> over{false};
  round.run_threads(2, [&](int thread) {
    if (thread == 0) {
      got = crawler->crawl(site.starts, served, time.clock(), stop.get_token());
      over = true;
    } else {
      yield_until([&] { return begun >= moment || over; });
      stop.request_stop();
    }
  });
  round.count_operation();
  if (got.end == CrawlEnd::cancelled) ++seen.stopped;
  // A thread that has looked before the stop may begin one fetch after it.
  if (late > static_cast<std::uint64_t>(options.workers)) {
    accuse(round, seen.too_late, fmt::format("{} fetches began after the stop", late.load()));
  }
  check_sums(got, served.fetches(), site.pages.size(), round, seen);
}
const bool cancel_registered = register_attack<Crawler>(
    {"cancel", "a stop at a random moment is obeyed at once, and nothing is left out of the report", round_of_cancels});

}  // namespace
}  // namespace contend::crawler
