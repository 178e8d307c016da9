// Attacks on rate limiters.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "impls/rate_limiter/rate_limiter.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "stress/linearizability/checker.hpp"
#include "stress/linearizability/recording.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::rate_limiter {
namespace {

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

Quota quota_of(Algorithm algorithm, std::uint64_t capacity, std::uint64_t refill, DurationNs period_ns) {
  return {algorithm, capacity, algorithm == Algorithm::token_bucket ? refill : capacity, period_ns};
}

std::vector<Algorithm> supported(const Subject<RateLimiter>& subject) {
  std::vector<Algorithm> algorithms;
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (subject.guarantees.supports[i]) algorithms.push_back(static_cast<Algorithm>(i));
  }
  return algorithms;
}

// --- linearizability: two buckets, charged alone and together, swept meanwhile ---

constexpr std::size_t bucket_count = 2;

struct LimiterOperation {
  enum class Call : std::uint8_t { acquire, acquire_all, cleanup } call = Call::acquire;
  std::uint8_t bucket = 0;  // of acquire; a cleanup is one operation for each bucket, for each is dropped by itself
  std::array<std::int64_t, bucket_count> cost{};
  TimeNs now_ns = 0;
  Decision decision;
};

// Answers are exact, so in any state the model can tell the only right one.
class BucketsModel {
 public:
  using Operation = LimiterOperation;
  using State = std::array<Bucket, bucket_count>;

  explicit BucketsModel(const Quota& quota = {}) : rules_(quota) {}

  State initial() const { return {}; }

  bool step(State& state, const LimiterOperation& op) const {
    if (op.call == LimiterOperation::Call::cleanup) {
      if (rules_.is_full(state[op.bucket], op.now_ns)) state[op.bucket] = {};
      return true;
    }
    DecisionMaker maker;
    std::uint32_t dimension = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
      if (!concerns(op, i)) continue;
      const auto cost = static_cast<std::uint64_t>(op.cost[i]);
      const std::uint64_t available = rules_.available(state[i], op.now_ns);
      maker.add(dimension++, cost, available, cost > available ? rules_.wait_for(state[i], cost, op.now_ns) : 0);
    }
    if (maker.decision() != op.decision) return false;
    for (std::size_t i = 0; i < bucket_count && maker.allowed(); ++i) {
      if (concerns(op, i) && op.cost[i] > 0) {
        rules_.take(state[i], static_cast<std::uint64_t>(op.cost[i]), op.now_ns);
      }
    }
    return true;
  }

  bool only_looks(const LimiterOperation& op) const {
    return op.call != LimiterOperation::Call::cleanup && op.decision.status != Status::allowed;
  }

  std::uint64_t fingerprint(const State& state) const {
    std::uint64_t print = 0;
    for (const Bucket& bucket : state) {
      print = mix_bits(print + static_cast<std::uint64_t>(bucket.at)) + mix_bits(bucket.part + 3) +
              mix_bits(bucket.taken + 77);
      for (const Bucket::Entry& entry : bucket.log) {
        print = mix_bits(print + static_cast<std::uint64_t>(entry.at_ns) * 31 + entry.cost);
      }
    }
    return print;
  }

 private:
  static bool concerns(const LimiterOperation& op, std::size_t bucket) {
    return op.call == LimiterOperation::Call::acquire_all || op.bucket == bucket;
  }

  QuotaRules rules_;
};

std::string key_of(std::size_t bucket) {
  return std::string(1, static_cast<char>('a' + bucket));
}

// `together`: also requests of both dimensions.
void call_limiter(RateLimiter& limiter, std::mt19937_64& random, std::atomic<TimeNs>& clock_ns, bool together,
                  LimiterOperation& op) {
  using Call = LimiterOperation::Call;
  op.now_ns = random() % 3 == 0 ? clock_ns.fetch_add(1) : clock_ns.load();
  if (random() % 16 == 0) {
    op.call = Call::cleanup;
    limiter.cleanup(everything, op.now_ns);
    return;
  }
  op.bucket = static_cast<std::uint8_t>(random() % bucket_count);
  for (std::int64_t& cost : op.cost) cost = static_cast<std::int64_t>(random() % 4);
  if (together && random() % 2 == 0) {
    op.call = Call::acquire_all;
    const std::array<Charge, bucket_count> charges{Charge{0, "a", op.cost[0]}, Charge{0, "b", op.cost[1]}};
    op.decision = limiter.acquire_all(charges, op.now_ns);
    return;
  }
  op.decision = limiter.acquire(key_of(op.bucket), op.cost[op.bucket], op.now_ns);
}

std::string describe(const LimiterOperation& op) {
  static constexpr std::array names{"acquire", "acquire_all", "cleanup"};
  return fmt::format("{}({}, cost {}/{}, now {}) -> {}, retry after {}, remaining {}",
                     names[static_cast<std::size_t>(op.call)], key_of(op.bucket), op.cost[0], op.cost[1], op.now_ns,
                     to_string(op.decision.status), op.decision.retry_after_ns, op.decision.remaining);
}

struct Linearized {
  std::uint64_t operations = 0;
  std::uint64_t unknown = 0;
  std::uint64_t illegal = 0;
  std::string evidence;
};

// One round on one quota. Without requests of both dimensions the buckets are checked apart.
void check_round(RateLimiter& limiter, const Quota& quota, const AttackOptions& options, bool together,
                 std::uint64_t seed, Linearized& result) {
  constexpr int calls = 120;
  std::atomic<TimeNs> clock_ns{0};
  const auto all = record_calls<LimiterOperation>(
      options.threads, calls, seed, [&](int, std::uint32_t, std::mt19937_64& random, LimiterOperation& op) {
        call_limiter(limiter, random, clock_ns, together, op);
      });
  for (std::size_t bucket = 0; bucket < (together ? 1 : bucket_count); ++bucket) {
    std::vector<Timed<LimiterOperation>> part;
    for (const auto& timed : all) {
      if (timed.operation.call == LimiterOperation::Call::cleanup) {
        for (std::size_t i = 0; i < bucket_count; ++i) {
          if (!together && i != bucket) continue;
          part.push_back(timed);
          part.back().operation.bucket = static_cast<std::uint8_t>(i);
        }
      } else if (together || timed.operation.bucket == bucket) {
        part.push_back(timed);
      }
    }
    result.operations += part.size();
    const CheckResult checked =
        LinearizabilityChecker<BucketsModel>(BucketsModel(quota), {.max_steps = 2'000'000}).check(part);
    if (checked.verdict == Verdict::unknown) ++result.unknown;
    if (checked.verdict != Verdict::illegal) continue;
    ++result.illegal;
    if (result.evidence.empty())
      result.evidence =
          fmt::format("{} of {} units in {} ns, ", to_string(quota.algorithm), quota.capacity, quota.period_ns) +
          explain_illegal(part, seed, describe, BucketsModel(quota));
  }
}

AttackReport attack_linearizability(const Subject<RateLimiter>& subject, const AttackOptions& options, bool together) {
  AttackReport report;
  Linearized result;
  const bool promised = !together || subject.guarantees.atomic_dimensions;
  const std::vector<Algorithm> algorithms = supported(subject);
  repeat_rounds(options, [&](std::uint64_t seed) {
    const Quota quota = quota_of(algorithms[seed % algorithms.size()], 10, 3, 8);
    const auto limiter = subject.make({.quotas = {quota}, .expected_keys = 1});
    check_round(*limiter, quota, options, together, seed, result);
    return result.illegal == 0 || !promised;
  });
  report.add("operations", result.operations, Expectation::required, "acquires and cleanups, checked");
  report.add("illegal histories", result.illegal, promised ? Expectation::forbidden : Expectation::allowed,
             promised ? result.evidence : "it does not claim that several dimensions are one instant");
  report.add("left undecided", result.unknown, Expectation::allowed, "the checker ran out of steps");
  if (result.unknown > 0) report.conclude(Verdict::unknown, "some histories were too hard to decide");
  return report;
}
const bool linearizability_registered =
    register_attack<RateLimiter>({"linearizability", "decisions on one bucket, with cleanup, are linearizable",
                                  [](const Subject<RateLimiter>& subject, const AttackOptions& options) {
                                    return attack_linearizability(subject, options, false);
                                  }});
const bool dimensions_registered =
    register_attack<RateLimiter>({"dimensions", "requests of two dimensions are one instant",
                                  [](const Subject<RateLimiter>& subject, const AttackOptions& options) {
                                    return attack_linearizability(subject, options, true);
                                  }});

// --- the quota itself: never more than it gives, and nothing lost ---

// One round's demand, ample at every time, by threads that come and go and whose clocks differ.
struct Demand {
  std::atomic<TimeNs> clock_ns{0};
  std::atomic<std::uint64_t> hot{0};   // units allowed
  std::atomic<std::uint64_t> user{0};  // units allowed together with those of org
  std::atomic<std::uint64_t> org{0};
};

void make_demand(RateLimiter& limiter, Demand& demand, TimeNs until_ns, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto allowed = [](const Decision& decision) { return decision.status == Status::allowed; };
  for (TimeNs now_ns = demand.clock_ns.fetch_add(1); now_ns < until_ns; now_ns = demand.clock_ns.fetch_add(1)) {
    const TimeNs mine_ns = std::max<TimeNs>(0, now_ns - static_cast<TimeNs>(random() % 20));
    for (int i = 0; i < 3; ++i) demand.hot += allowed(limiter.acquire("hot", 1, mine_ns)) ? 1 : 0;
    const std::array charges{Charge{1, "user", 1 + static_cast<std::int64_t>(random() % 3)},
                             Charge{2, "org", 1 + static_cast<std::int64_t>(random() % 3)}};
    if (allowed(limiter.acquire_all(charges, mine_ns))) {
      demand.user += static_cast<std::uint64_t>(charges[0].cost);
      demand.org += static_cast<std::uint64_t>(charges[1].cost);
    }
    if (random() % 8 == 0) limiter.cleanup(everything, mine_ns);
    if (random() % 8 == 0) std::this_thread::yield();  // all of them get something, also on one core
  }
}

AttackReport attack_quota(const Subject<RateLimiter>& subject, const AttackOptions& options) {
  AttackReport report;
  constexpr std::uint64_t capacity = 640;  // enough to lease parts of it
  constexpr DurationNs per_unit_ns = 4;
  constexpr TimeNs end_ns = 1200;
  constexpr std::uint64_t user_units = 200;
  constexpr std::uint64_t org_units = 150;
  const int threads = std::max(options.threads, 2);
  std::uint64_t allowed = 0;
  std::uint64_t minted = 0;
  std::uint64_t lost = 0;
  std::uint64_t uneven = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    const auto limiter = subject.make({.quotas = {quota_of(Algorithm::token_bucket, capacity, 1, per_unit_ns),
                                                  {Algorithm::token_bucket, user_units, 0, 1},
                                                  {Algorithm::token_bucket, org_units, 0, 1}},
                                       .expected_keys = 16});
    Demand demand;
    constexpr TimeNs waves = 30;
    for (TimeNs wave = 1; wave <= waves; ++wave) {
      run_threads(threads, [&](int thread) {
        make_demand(*limiter, demand, wave * end_ns / waves,
                    seed * 1000 + static_cast<std::uint64_t>(thread + 64 * wave));
      });
    }
    const auto held_back = static_cast<std::uint64_t>(subject.guarantees.stranded_part * capacity);
    constexpr std::uint64_t given = capacity + end_ns / per_unit_ns;
    if (demand.hot > given + held_back) ++minted;
    // The first charges may come by clocks that have moved on, and a unit may be on its way at the end.
    const auto rounding = static_cast<std::uint64_t>(2 + threads);
    const std::uint64_t left = limiter->acquire("hot", 0, end_ns).remaining;
    if (demand.hot + left + held_back + rounding < given) ++lost;
    const std::array probes{Charge{1, "user", 0}, Charge{2, "org", 0}};
    const std::uint64_t user_left = limiter->acquire_all(std::span(probes).first(1), 0).remaining;
    const std::uint64_t org_left = limiter->acquire_all(std::span(probes).last(1), 0).remaining;
    if (demand.user + user_left != user_units || demand.org + org_left != org_units) ++uneven;
    allowed += demand.hot;
    return minted == 0 && lost == 0 && uneven == 0;
  });
  report.add("allowed", allowed, Expectation::required, "units of one hot key, by clocks that differ");
  report.add("minted", minted, Expectation::forbidden, "more was allowed than the quota gives in that time");
  report.add("lost", lost, Expectation::forbidden, "units were taken from the bucket and given to nobody");
  report.add("charged in part", uneven, Expectation::forbidden, "a dimension was charged for a refused request");
  return report;
}
const bool quota_registered = register_attack<RateLimiter>(
    {"quota", "never more than the quota, nothing lost, clocks that differ", attack_quota});

const bool system_registered = register_stress_system<RateLimiter>("rate_limiter");

}  // namespace
}  // namespace contend::rate_limiter
