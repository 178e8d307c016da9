// Dimensions, cleanups and the count of buckets in one history: what is dropped was full and is counted once, and what
// is in memory at the end is what was charged and not dropped.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <boost/container/static_vector.hpp>
#include <boost/describe/enum.hpp>
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
constexpr Sized sweep_calls{.full = 80, .small = {2, 6}};
constexpr std::uint64_t passing_units = 3;
constexpr DurationNs passing_ns = 3;
constexpr std::uint64_t spent_units = 40;
constexpr CheckLimits search_limits{.max_steps = 2'000'000};

// Bucket 0 is full again within a few nanoseconds; bucket 1 never is once it has been charged. So a cleanup can have
// dropped none but the first, and its count says whether it did.
constexpr std::size_t bucket_count = 2;
using Quotas = std::array<Quota, bucket_count>;

enum class SweepCall : std::uint8_t { acquire, acquire_all, cleanup, count_last };
BOOST_DESCRIBE_ENUM(SweepCall, acquire, acquire_all, cleanup, count_last)

struct SweepOperation {
  SweepCall call = SweepCall::acquire;
  std::uint8_t bucket = 0;
  std::int64_t cost = 0;  // of each bucket that is asked for
  TimeNs now_ns = 0;
  Decision decision;
  std::size_t count = 0;  // removed by a cleanup; tracked when all is over
};

class SweptModel {
 public:
  using Operation = SweepOperation;
  struct State {
    std::array<ModelBucket, bucket_count> buckets;
    std::array<bool, bucket_count> kept{};  // in memory
  };

  explicit SweptModel(const Quotas& quotas) : quotas_(quotas) {}

  State initial() const { return {{ModelBucket(quotas_[0]), ModelBucket(quotas_[1])}, {}}; }

  bool step(State& state, const SweepOperation& op) const {
    switch (op.call) {
      case SweepCall::acquire:
      case SweepCall::acquire_all:
        return decide(state, op);
      case SweepCall::cleanup:
        // Beside other cleanups and new buckets one may miss the bucket.
        if (op.count == 0) return true;
        if (op.count > 1 || !state.kept[0] || !state.buckets[0].is_full(op.now_ns)) return false;
        state.kept[0] = false;
        state.buckets[0] = ModelBucket(quotas_[0]);
        return true;
      case SweepCall::count_last:
        return op.count == (state.kept[0] ? 1U : 0U) + (state.kept[1] ? 1U : 0U);
    }
    return false;
  }

  bool only_looks(const SweepOperation& op) const {
    if (op.call == SweepCall::cleanup) return op.count == 0;
    return op.call == SweepCall::count_last || op.decision.status != Status::allowed || op.cost == 0;
  }

  std::uint64_t fingerprint(const State& state) const {
    std::uint64_t print = (state.kept[0] ? 1U : 0U) + (state.kept[1] ? 2U : 0U);
    for (const ModelBucket& bucket : state.buckets) print = mix_bits(print) + bucket.fingerprint();
    return print;
  }

 private:
  static bool decide(State& state, const SweepOperation& op) {
    boost::container::static_vector<ModelBucket*, bucket_count> buckets;
    boost::container::static_vector<std::uint64_t, bucket_count> costs;
    for (std::size_t i = 0; i < bucket_count; ++i) {
      if (op.call == SweepCall::acquire && op.bucket != i) continue;
      buckets.push_back(&state.buckets[i]);
      costs.push_back(static_cast<std::uint64_t>(op.cost));
      if (op.decision.status == Status::allowed && op.cost > 0) state.kept[i] = true;
    }
    return decide_by_model(buckets, costs, op.now_ns) == op.decision;
  }

  Quotas quotas_;
};

// What one round works with.
struct Sweep {
  RateLimiter& limiter;
  bool together;  // also requests of both buckets
  std::size_t most_tracked;
  Outcomes::Counter& counts;
  Outcomes::Counter& wild_counts;
  std::atomic<TimeNs> clock_ns{0};
};

Charge charge_of(std::uint8_t bucket, std::int64_t cost) {
  return {bucket, "key", cost};
}

void call_limiter(Sweep& sweep, std::mt19937_64& random, SweepOperation& op) {
  op.now_ns = random() % 2 == 0 ? sweep.clock_ns.fetch_add(1) : sweep.clock_ns.load();
  op.cost = static_cast<std::int64_t>(random() % (passing_units + 1));
  op.bucket = static_cast<std::uint8_t>(random() % 4 == 0 ? 1 : 0);
  // The count is looked at beside the history: calls in flight may be counted or not.
  ++sweep.counts;
  if (sweep.limiter.tracked() > sweep.most_tracked) ++sweep.wild_counts;
  if (random() % 3 == 0) {
    op.call = SweepCall::cleanup;
    op.count = sweep.limiter.cleanup(everything, op.now_ns).removed;
  } else if (sweep.together && random() % 3 == 0) {
    op.call = SweepCall::acquire_all;
    const std::array charges{charge_of(0, op.cost), charge_of(1, op.cost)};
    op.decision = sweep.limiter.acquire_all(charges, op.now_ns);
  } else {
    const Charge charge = charge_of(op.bucket, op.cost);
    op.decision = sweep.limiter.acquire_all({&charge, 1}, op.now_ns);
  }
}

std::string describe(const SweepOperation& op) {
  return fmt::format("{}(bucket {}, cost {}, now {}) -> {}, retry after {}, remaining {}, count {}", enum_text(op.call),
                     op.bucket, op.cost, op.now_ns, to_string(op.decision.status), op.decision.retry_after_ns,
                     op.decision.remaining, op.count);
}

void round_of_sweeps(const Subject<RateLimiter>& subject, Round& round) {
  const std::vector<Algorithm> algorithms = supported(subject);
  const Algorithm algorithm = algorithms[round.random()() % algorithms.size()];
  const Quotas quotas{quota_of(algorithm, passing_units, passing_units, passing_ns),
                      Quota{algorithm, spent_units, 0, passing_ns}};
  const auto limiter = subject.make({.quotas = {quotas.begin(), quotas.end()}, .expected_keys = 1});
  const int threads = round.threads(2);
  Sweep sweep{*limiter, subject.guarantees.atomic_dimensions && subject.guarantees.offered.has(Part::dimensions),
              bucket_count + static_cast<std::size_t>(threads),
              round.required("counts", "of the buckets in memory, while they come and go"),
              round.forbidden("wild counts", "more buckets than there are keys and calls in flight")};
  auto history = record_calls<SweepOperation>(
      round, threads, round.size(sweep_calls),
      [&](int, std::uint32_t, std::mt19937_64& random, SweepOperation& op) { call_limiter(sweep, random, op); });
  ThreadHistory<SweepOperation> last(threads, 1);
  last.record([&](SweepOperation& op) {
    op.call = SweepCall::count_last;
    op.count = limiter->tracked();
  });
  history.push_back(last.calls().front());
  judge_history<SweptModel>(round, history, describe, SweptModel(quotas),
                            {.limits = search_limits, .context = fmt::format("{}, ", to_string(algorithm))});
}
const bool sweeps_registered = register_attack<RateLimiter>(
    {"sweeps", "cleanups drop what is full, once, and the count of buckets agrees", round_of_sweeps, tells_all});

}  // namespace
}  // namespace contend::rate_limiter
