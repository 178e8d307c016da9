// Decisions on two buckets, charged alone and together and swept meanwhile, as histories.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <boost/container/static_vector.hpp>
#include <boost/describe/enum.hpp>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "impls/base/enum_text.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "stress/driver/attack.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"
#include "stress/rate_limiter/model.hpp"
#include "stress/rate_limiter/quotas.hpp"

namespace contend::rate_limiter {
namespace {

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();
constexpr std::size_t bucket_count = 2;
constexpr Sized decision_calls{.full = 120, .small = {2, 6}};
constexpr Sized bucket_capacity{.full = 10, .small = {3, 5}};
constexpr Sized calls_per_cleanup{.full = 16, .small = {3, 5}};
constexpr std::uint64_t refill_units[] = {3, 4};  // a unit is back after parts of nanoseconds, or after whole ones
constexpr DurationNs period_ns = 8;
constexpr CheckLimits search_limits{.max_steps = 2'000'000};

enum class LimiterCall : std::uint8_t { acquire, acquire_all, cleanup };
BOOST_DESCRIBE_ENUM(LimiterCall, acquire, acquire_all, cleanup)

struct LimiterOperation {
  LimiterCall call = LimiterCall::acquire;
  std::uint8_t bucket = 0;  // of acquire; a cleanup is one operation for each bucket, for each is dropped by itself
  std::array<std::int64_t, bucket_count> cost{};
  TimeNs now_ns = 0;
  Decision decision;
};

// Answers are exact, so in any state the model can tell the only right one.
class BucketsModel {
 public:
  using Operation = LimiterOperation;
  using State = std::array<ModelBucket, bucket_count>;

  explicit BucketsModel(const Quota& quota) : quota_(quota) {}

  State initial() const { return {ModelBucket(quota_), ModelBucket(quota_)}; }

  bool step(State& state, const LimiterOperation& op) const {
    if (op.call == LimiterCall::cleanup) {
      if (state[op.bucket].is_full(op.now_ns)) state[op.bucket] = ModelBucket(quota_);
      return true;
    }
    boost::container::static_vector<ModelBucket*, bucket_count> buckets;
    boost::container::static_vector<std::uint64_t, bucket_count> costs;
    for (std::size_t i = 0; i < bucket_count; ++i) {
      if (op.call != LimiterCall::acquire_all && op.bucket != i) continue;
      buckets.push_back(&state[i]);
      costs.push_back(static_cast<std::uint64_t>(op.cost[i]));
    }
    return decide_by_model(buckets, costs, op.now_ns) == op.decision;
  }

  bool only_looks(const LimiterOperation& op) const {
    return op.call != LimiterCall::cleanup && op.decision.status != Status::allowed;
  }

  std::uint64_t fingerprint(const State& state) const {
    std::uint64_t print = 0;
    for (const ModelBucket& bucket : state) print = mix_bits(print) + bucket.fingerprint();
    return print;
  }

 private:
  Quota quota_;
};

std::string key_of(std::size_t bucket) {
  return std::string(1, static_cast<char>('a' + bucket));
}

// What a round does: on which quota, and whether there are requests of both dimensions.
struct Plan {
  Quota quota;
  bool together = false;
  unsigned calls_per_cleanup = 1;
};

void call_limiter(RateLimiter& limiter, const Plan& plan, std::mt19937_64& random, std::atomic<TimeNs>& clock_ns,
                  LimiterOperation& op) {
  op.now_ns = random() % 3 == 0 ? clock_ns.fetch_add(1) : clock_ns.load();
  if (random() % plan.calls_per_cleanup == 0) {
    op.call = LimiterCall::cleanup;
    limiter.cleanup(everything, op.now_ns);
    return;
  }
  op.bucket = static_cast<std::uint8_t>(random() % bucket_count);
  for (std::int64_t& cost : op.cost) cost = static_cast<std::int64_t>(random() % 4);
  if (plan.together && random() % 2 == 0) {
    op.call = LimiterCall::acquire_all;
    const std::array<Charge, bucket_count> charges{Charge{0, "a", op.cost[0]}, Charge{0, "b", op.cost[1]}};
    op.decision = limiter.acquire_all(charges, op.now_ns);
    return;
  }
  op.decision = limiter.acquire(key_of(op.bucket), op.cost[op.bucket], op.now_ns);
}

std::string describe(const LimiterOperation& op) {
  return fmt::format("{}({}, cost {}/{}, now {}) -> {}, retry after {}, remaining {}", enum_text(op.call),
                     key_of(op.bucket), op.cost[0], op.cost[1], op.now_ns, to_string(op.decision.status),
                     op.decision.retry_after_ns, op.decision.remaining);
}

// A cleanup drops each bucket at an instant of its own, so it becomes one operation for each.
std::vector<Timed<LimiterOperation>> cleanups_by_bucket(const std::vector<Timed<LimiterOperation>>& history) {
  std::vector<Timed<LimiterOperation>> apart;
  for (const auto& timed : history) {
    const bool cleanup = timed.operation.call == LimiterCall::cleanup;
    for (std::size_t bucket = 0; bucket < (cleanup ? bucket_count : 1); ++bucket) {
      apart.push_back(timed);
      if (cleanup) apart.back().operation.bucket = static_cast<std::uint8_t>(bucket);
    }
  }
  return apart;
}

// Without requests of both dimensions the buckets are checked apart.
void round_of_decisions(const Subject<RateLimiter>& subject, Round& round, bool together) {
  const std::vector<Algorithm> algorithms = supported(subject);
  const auto capacity = static_cast<std::uint64_t>(round.size(bucket_capacity));
  const Algorithm algorithm = algorithms[round.random()() % algorithms.size()];
  const std::uint64_t refill = refill_units[round.random()() % std::size(refill_units)];
  const Plan plan{quota_of(algorithm, capacity, refill, period_ns), together,
                  static_cast<unsigned>(round.size(calls_per_cleanup))};
  const auto limiter = subject.make({.quotas = {plan.quota}, .expected_keys = 1});
  std::atomic<TimeNs> clock_ns{0};
  const auto history = cleanups_by_bucket(
      record_calls<LimiterOperation>(round, round.threads(), round.size(decision_calls),
                                     [&](int, std::uint32_t, std::mt19937_64& random, LimiterOperation& op) {
                                       call_limiter(*limiter, plan, random, clock_ns, op);
                                     }));
  const HistoryClaim claim{.promised = !together || subject.guarantees.atomic_dimensions,
                           .limits = search_limits,
                           .context = fmt::format("{} of {} units, {} in {} ns, ", to_string(algorithm), capacity,
                                                  plan.quota.refill, period_ns)};
  if (together) {
    judge_history<BucketsModel>(round, history, describe, BucketsModel(plan.quota), claim);
    return;
  }
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    const auto part = calls_that(history, [&](const LimiterOperation& op) { return op.bucket == bucket; });
    judge_history<BucketsModel>(round, part, describe, BucketsModel(plan.quota), claim);
  }
}

const bool linearizability_registered = register_attack<RateLimiter>(
    {"linearizability", "decisions on one bucket, with cleanup, are linearizable",
     [](const Subject<RateLimiter>& subject, Round& round) { round_of_decisions(subject, round, false); }, tells_all});
const bool dimensions_registered = register_attack<RateLimiter>(
    {"dimensions", "requests of two dimensions are one instant",
     [](const Subject<RateLimiter>& subject, Round& round) { round_of_decisions(subject, round, true); },
     [](const Guarantees& guarantees) { return tells_all(guarantees) && guarantees.offered.has(Part::dimensions); }});

}  // namespace
}  // namespace contend::rate_limiter
