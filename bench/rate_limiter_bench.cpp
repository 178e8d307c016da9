// Workloads of the rate limiter: who asks, how often, under which quotas.

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "bench/rate_limiter/limiter_mix.hpp"
#include "bench/rate_limiter/limiter_subject.hpp"
#include "bench/rate_limiter/popularity.hpp"
#include "bench/workload/workload.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {
namespace {

Workload<RateLimiter> workload_of(const Mix& mix) {
  if (mix.refused == 0 && static_cast<std::uint64_t>(mix.cost) > mix.capacity) {
    throw std::invalid_argument("a request costs more than the capacity: each would be refused as impossible.");
  }
  Workload<RateLimiter> workload;
  workload.contended = mix.keys == 1;
  workload.prepare = [mix](const Maker<RateLimiter>& make, int threads) {
    const RateLimiter::Options options{.quotas = quotas_of(mix, threads), .expected_keys = 4096};
    return std::make_unique<LimiterSubject>(make(options), mix, threads, make.guarantees.offered);
  };
  workload.before_trials = [mix] { population(mix.keys, mix.zipf); };
  workload.suits = [mix](const Guarantees& guarantees) {
    const OfferedParts<Part>& offered = guarantees.offered;
    return guarantees.supports[static_cast<std::size_t>(mix.algorithm)] &&
           (mix.dimensions == 1 || offered.has(Part::dimensions)) &&
           (!(mix.shares.has(Kind::cleanup) || mix.shares.has(Kind::tracked)) || offered.has(Part::cleanup));
  };
  return workload;
}

const bool words_registered = register_words<RateLimiter>(limiter_words(), workload_of);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<RateLimiter>(name, summary, text);
}

const bool workloads_registered =
    add("clients", "1,753 clients as often as they came in a real log, token buckets of 1,000 a second", "") &&
    add("hot_key", "everybody under one token bucket, nine of ten refused", "keys=1,period=10ms,refused=90") &&
    add("hot_key_allowed", "everybody under one token bucket that never runs dry", "keys=1,capacity=2G") &&
    add("dimensions", "client, group and everybody charged together", "dimensions=3") &&
    add("clock", "as clients, with the machine's clock read before each decision", "time=machine") &&
    add("refused", "as clients, nine of ten refused", "period=10ms,refused=90") &&
    add("uniform", "200,000 clients alike", "keys=200k") && add("uniform_small", "10,000 clients alike", "keys=10k") &&
    add("fixed_window", "as clients, fixed windows", "algorithm=fixed_window") &&
    add("sliding_counter", "as clients, sliding counters", "algorithm=sliding_counter") &&
    add("sliding_log", "as clients, sliding logs of 100 a second", "algorithm=sliding_log,capacity=100") &&
    add("upkeep", "as clients, with probes, and buckets dropped that are full",
        "acquire=70,probe=20,cleanup=10,period=10ms");

// The control: everything is allowed, at once.
class NoopLimiter final : public RateLimiter {
 public:
  Decision acquire_all(std::span<const Charge>, TimeNs) override { return {}; }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { return {}; }
  std::size_t tracked() override { return 0; }
};

const bool system_registered = register_bench_system<RateLimiter, NoopLimiter>("rate_limiter");

}  // namespace
}  // namespace contend::rate_limiter
