// Attacks on rate limiters: the quota itself, never more than it gives, and nothing lost.

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <random>
#include <span>
#include <thread>

#include "impls/rate_limiter/rate_limiter.hpp"
#include "stress/driver/attack.hpp"
#include "stress/rate_limiter/quotas.hpp"

namespace contend::rate_limiter {
namespace {

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();
constexpr Sized hot_capacity{.full = 640, .small = {64, 128}};  // enough to lease parts of it
constexpr Sized hot_left{.full = 640, .small = {4, 24}};        // what the threads find of it
constexpr Sized user_capacity{.full = 200, .small = {6, 12}};
constexpr Sized org_capacity{.full = 150, .small = {4, 9}};
constexpr Sized ticks{.full = 1200, .small = {8, 16}};  // nanoseconds that pass, each with a few requests
constexpr Sized waves{.full = 30, .small = {2, 3}};     // of threads that come and go
constexpr Sized clock_lag{.full = 20, .small = {4, 12}};
constexpr DurationNs per_unit_ns = 4;
constexpr int hot_requests_per_tick = 3;

struct QuotaOutcomes {
  Round& round;
  Outcomes::Counter& allowed = round.required("allowed", "units of one hot key, by clocks that differ");
  Outcomes::Counter& minted = round.forbidden("minted", "more was allowed than the quota gives in that time");
  Outcomes::Counter& lost = round.forbidden("lost", "units were taken from the bucket and given to nobody");
  Outcomes::Counter& uneven = round.forbidden("charged in part", "a dimension was charged for a refused request");
};

struct Sizes {
  explicit Sizes(Round& round)
      : capacity(static_cast<std::uint64_t>(round.size(hot_capacity))),
        left(std::min(capacity, static_cast<std::uint64_t>(round.size(hot_left)))),
        user(static_cast<std::uint64_t>(round.size(user_capacity))),
        org(static_cast<std::uint64_t>(round.size(org_capacity))),
        end_ns(round.size(ticks)),
        waves_run(round.size(waves)),
        lag_ns(static_cast<std::uint64_t>(round.size(clock_lag))) {}

  std::uint64_t capacity;
  std::uint64_t left;
  std::uint64_t user;
  std::uint64_t org;
  TimeNs end_ns;
  int waves_run;
  std::uint64_t lag_ns;
};

// A tick of the attack's clock, long enough for what a limiter may be off by.
DurationNs tick_of(const Guarantees& guarantees) {
  return std::max<DurationNs>(1, 16 * guarantees.tolerance_ns);
}

// One round's demand, ample at every time, by threads that come and go and whose clocks differ.
struct Demand {
  std::atomic<TimeNs> clock_ns{0};
  std::atomic<std::uint64_t> hot{0};   // units allowed
  std::atomic<std::uint64_t> user{0};  // units allowed together with those of org
  std::atomic<std::uint64_t> org{0};
};

bool is_allowed(const Decision& decision) {
  return decision.status == Status::allowed;
}

void make_demand(RateLimiter& limiter, const Guarantees& guarantees, Demand& demand, TimeNs until_ns,
                 std::uint64_t lag_ns, std::mt19937_64 random) {
  for (TimeNs now_ns = demand.clock_ns.fetch_add(1); now_ns < until_ns; now_ns = demand.clock_ns.fetch_add(1)) {
    const TimeNs mine_ns = std::max<TimeNs>(0, now_ns - static_cast<TimeNs>(random() % lag_ns)) * tick_of(guarantees);
    for (int i = 0; i < hot_requests_per_tick; ++i) {
      demand.hot += is_allowed(limiter.acquire("hot", 1, mine_ns)) ? 1 : 0;
    }
    const std::array charges{Charge{1, "user", 1 + static_cast<std::int64_t>(random() % 3)},
                             Charge{2, "org", 1 + static_cast<std::int64_t>(random() % 3)}};
    if (guarantees.offered.has(Part::dimensions) && is_allowed(limiter.acquire_all(charges, mine_ns))) {
      demand.user += static_cast<std::uint64_t>(charges[0].cost);
      demand.org += static_cast<std::uint64_t>(charges[1].cost);
    }
    if (random() % 8 == 0 && guarantees.offered.has(Part::cleanup)) limiter.cleanup(everything, mine_ns);
    if (random() % 8 == 0) std::this_thread::yield();  // all of them get something, also on one core
  }
}

// What is left of the hot key: as it says, or else by taking it.
std::uint64_t left_of_hot(RateLimiter& limiter, const Guarantees& guarantees, TimeNs now_ns) {
  if (guarantees.offered.has(Part::remaining)) return limiter.acquire("hot", 0, now_ns).remaining;
  std::uint64_t taken = 0;
  while (is_allowed(limiter.acquire("hot", 1, now_ns))) ++taken;
  return taken;
}

void judge_demand(RateLimiter& limiter, const Guarantees& guarantees, const Sizes& sizes, std::uint64_t threads,
                  const Demand& demand, QuotaOutcomes& seen) {
  const auto held_back = static_cast<std::uint64_t>(guarantees.stranded_part * static_cast<double>(sizes.capacity));
  const std::uint64_t given = sizes.capacity + static_cast<std::uint64_t>(sizes.end_ns / per_unit_ns);
  // Whoever is not exact may be early with one unit.
  if (demand.hot > given + held_back + (guarantees.tolerance_ns > 0 ? 1 : 0)) ++seen.minted;
  // The first charge may come by a clock that each thread has moved on by one; and a unit may be on its way at the end.
  const std::uint64_t rounding = 2 + threads / per_unit_ns;
  const std::uint64_t left = left_of_hot(limiter, guarantees, sizes.end_ns * tick_of(guarantees));
  if (demand.hot + left + held_back + rounding < given) ++seen.lost;
  seen.allowed.add(demand.hot);
  if (!guarantees.offered.has({Part::dimensions, Part::remaining})) return;
  const std::array probes{Charge{1, "user", 0}, Charge{2, "org", 0}};
  const std::uint64_t user_left = limiter.acquire_all(std::span(probes).first(1), 0).remaining;
  const std::uint64_t org_left = limiter.acquire_all(std::span(probes).last(1), 0).remaining;
  if (demand.user + user_left != sizes.user || demand.org + org_left != sizes.org) ++seen.uneven;
}

void round_of_quota(const Subject<RateLimiter>& subject, Round& round) {
  QuotaOutcomes seen(round);
  const Sizes sizes(round);
  const int threads = round.threads(2);
  const auto limiter = subject.make(
      {.quotas = {quota_of(Algorithm::token_bucket, sizes.capacity, 1, per_unit_ns * tick_of(subject.guarantees)),
                  {Algorithm::token_bucket, sizes.user, 0, 1},
                  {Algorithm::token_bucket, sizes.org, 0, 1}},
       .expected_keys = 16});
  Demand demand;
  const std::uint64_t gone = sizes.capacity - sizes.left;
  if (gone > 0 && is_allowed(limiter->acquire("hot", static_cast<std::int64_t>(gone), 0))) demand.hot = gone;
  for (int wave = 1; wave <= sizes.waves_run; ++wave) {
    round.run_threads(threads, [&](int thread) {
      make_demand(*limiter, subject.guarantees, demand, wave * sizes.end_ns / sizes.waves_run, sizes.lag_ns,
                  round.random_of(thread + 64 * wave));
    });
  }
  judge_demand(*limiter, subject.guarantees, sizes, static_cast<std::uint64_t>(threads), demand, seen);
}
const bool quota_registered = register_attack<RateLimiter>(
    {"quota", "never more than the quota, nothing lost, clocks that differ", round_of_quota});

const bool system_registered = register_stress_system<RateLimiter>("rate_limiter");

}  // namespace
}  // namespace contend::rate_limiter
