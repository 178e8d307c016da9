// The same random script against an implementation, against `reference`, and against a model that shares no code with
// any of them, answer by answer.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "stress/rate_limiter/model.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/minimised.hpp"

namespace contend::rate_limiter {
namespace {

constexpr int script_operations = 10'000;

std::string describe(const Decision& decision) {
  return fmt::format("{} retry_after={} remaining={} dimension={}", to_string(decision.status), decision.retry_after_ns,
                     decision.remaining, decision.dimension);
}

std::vector<Quota> quotas_for(const Guarantees& guarantees) {
  std::vector<Quota> quotas;
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (!guarantees.supports[i]) continue;
    const auto algorithm = static_cast<Algorithm>(i);
    quotas.push_back({algorithm, 7, 7, 50});
    quotas.push_back({algorithm, 3, 3, 1000});
    quotas.push_back({algorithm, 40, 0, 10});
  }
  quotas.push_back({Algorithm::token_bucket, 5, 3, 17});
  // Of which a unit is back after whole nanoseconds, and after halves.
  quotas.push_back({Algorithm::token_bucket, 6, 6, 60});
  quotas.push_back({Algorithm::token_bucket, 4, 4, 10});
  return quotas;
}

// One call of a script: a request, or a sweep where there are no charges.
struct Call {
  TimeNs now_ns = 0;
  std::vector<Charge> charges{};
  bool sweep = false;
};

std::string told(const Call& call) {
  if (call.sweep) return fmt::format("cleanup() at {}", call.now_ns);
  std::string text;
  for (const Charge& charge : call.charges) {
    const std::string key =
        charge.key.size() > 40 ? fmt::format("{} bytes", charge.key.size()) : fmt::format("'{}'", charge.key);
    text += fmt::format("{}quota {} of {} by {}", text.empty() ? "" : ", ", charge.quota, key, charge.cost);
  }
  return fmt::format("acquire_all({}) at {}", text, call.now_ns);
}

std::string told(const RateLimiter::Options& options) {
  std::string text;
  for (std::size_t i = 0; i < options.quotas.size(); ++i) {
    const Quota& quota = options.quotas[i];
    text += fmt::format("quota {}: {}, capacity {}, refill {} each {} ns\n", i, to_string(quota.algorithm),
                        quota.capacity, quota.refill, quota.period_ns);
  }
  return text;
}

std::size_t removed_by(RateLimiter& limiter, TimeNs now_ns) {
  return limiter.cleanup(std::numeric_limits<std::size_t>::max(), now_ns).removed;
}
std::size_t removed_by(ModelLimiter& model, TimeNs now_ns) {
  return model.cleanup(now_ns);
}

// How often each status was answered.
using Statuses = std::array<int, 16>;

template <class Limiter>
std::string answer(Limiter& limiter, const Call& call, const OfferedParts<Part>& compared, Statuses& seen) {
  if (call.sweep) {
    const std::size_t removed = removed_by(limiter, call.now_ns);
    return fmt::format("removed={} tracked={}", removed, limiter.tracked());
  }
  Decision decision = limiter.acquire_all(call.charges, call.now_ns);
  if (!compared.has(Part::remaining)) decision.remaining = 0;
  ++seen[static_cast<std::size_t>(decision.status)];
  return describe(decision);
}

class RateLimiterDifferentialTest : public testing::TestWithParam<Implementation<RateLimiter>> {
 protected:
  // Asks both, the design and a new oracle, the same calls. Where they differ, tells the calls, as few as are needed; else
  // empty. `seen` counts the oracle's answers.
  template <class MakeOracle>
  std::string difference(const RateLimiter::Options& options, const MakeOracle& make_oracle,
                         const std::vector<Call>& script, Statuses& seen) const {
    Statuses unused{};
    const OfferedParts<Part>& offered = GetParam().guarantees.offered;
    const auto differ = [&](const std::vector<Call>& calls, Statuses& counts, std::string* story) {
      const auto limiter = GetParam().make(options);
      const auto oracle = make_oracle();
      for (const Call& call : calls) {
        const std::string expected = answer(*oracle, call, offered, counts);
        const std::string actual = answer(*limiter, call, offered, unused);
        if (story != nullptr) *story += told(call) + " -> " + expected + "\n";
        if (actual == expected) continue;
        if (story != nullptr) *story += "  was instead: " + actual + "\n";
        return true;
      }
      return false;
    };
    if (!differ(script, seen, nullptr)) return "";
    const std::vector<Call> few =
        minimised(script, [&](const std::vector<Call>& calls) { return differ(calls, unused, nullptr); });
    std::string story = fmt::format("{} of {} calls are enough:\n{}", few.size(), script.size(), told(options));
    differ(few, unused, &story);
    return story;
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterDifferentialTest,
                         testing::ValuesIn(implementations<RateLimiter>()), implementation_name<RateLimiter>);

TEST_P(RateLimiterDifferentialTest, AnswersAsTheReferenceDoes) {
  CONTEND_NEEDS(Part::retry_after, Part::times_of_callers);
  const OfferedParts<Part>& offered = GetParam().guarantees.offered;
  const std::uint64_t seed = test_seed(1);
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  const RateLimiter::Options options{.quotas = quotas_for(GetParam().guarantees), .expected_keys = 4};
  static const std::vector<std::string> keys{"", "a", "b", std::string("a\0", 2), std::string(300, 'x')};
  TimeNs now_ns = -500;
  std::vector<Call> script(script_operations);
  for (Call& call : script) {
    now_ns += below(6) == 0 ? -static_cast<TimeNs>(below(60)) : static_cast<TimeNs>(below(12));
    call.now_ns = now_ns;
    call.sweep = below(40) == 0 && offered.has(Part::cleanup);
    if (call.sweep) continue;
    call.charges.resize(below(2) == 0 ? 1 : below(offered.has(Part::dimensions) ? 5 : 2));
    for (Charge& charge : call.charges) {
      charge.quota = static_cast<std::uint32_t>(below(200) == 0 ? 99 : below(options.quotas.size()));
      charge.key = keys[below(100) == 0 ? 4 : below(4)];
      charge.cost = below(50) == 0 ? -1 : static_cast<std::int64_t>(below(below(20) == 0 ? 50 : 4));
    }
  }
  const auto make_reference = [&] { return Registry<RateLimiter>::instance().find("reference")->make(options); };
  Statuses seen{};
  const std::string story = difference(options, make_reference, script, seen);
  ASSERT_TRUE(story.empty()) << "CONTEND_SEED=" << seed << "\n" << story;
  for (std::size_t status = 0; status <= static_cast<std::size_t>(Status::limited); ++status) {
    EXPECT_GT(seen[status], 0) << "the script never met " << to_string(static_cast<Status>(status));
  }
}

// A quota of any shape, from one unit in a nanosecond to the bounds.
Quota any_quota(std::mt19937_64& random, const Guarantees& guarantees) {
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  Quota quota;
  do {
    quota.algorithm = static_cast<Algorithm>(below(limit_algorithms));
  } while (!guarantees.supports[static_cast<std::size_t>(quota.algorithm)]);
  // Also those of which a design holds something back for a thread: alone it must not notice.
  const std::array<std::uint64_t, 3> sizes{20, 2000, max_quota_units};
  quota.capacity = 1 + below(sizes[below(sizes.size())]);
  quota.period_ns = static_cast<DurationNs>(1 + below(below(2) == 0 ? 50 : std::uint64_t{1} << 40));
  quota.refill = below(8) == 0 ? 0 : quota.capacity;
  if (quota.refill > 0 && quota.algorithm == Algorithm::token_bucket) {
    quota.refill = 1 + quota.capacity / 3 + below(quota.capacity);  // an empty one fills in at most three periods
    quota.refill = std::min(quota.refill, max_quota_units);
  }
  return quota;
}

struct ModelScript {
  ModelScript(const Implementation<RateLimiter>& implementation, std::uint64_t seed) : random(seed) {
    options.expected_keys = 4;
    options.quotas.clear();
    for (std::uint64_t i = 1 + below(3); i > 0; --i)
      options.quotas.push_back(any_quota(random, implementation.guarantees));
    longest_ns = std::ranges::max(options.quotas, {}, &Quota::period_ns).period_ns;
    now_ns = below(20) == 0 ? (below(2) == 0 ? never : -never) : static_cast<TimeNs>(below(1'000'000)) - 500'000;
  }

  std::uint64_t below(std::uint64_t bound) { return random() % bound; }

  // Mostly on, by anything up to half of the longest period; sometimes back.
  void move_clock() {
    const auto most = static_cast<std::uint64_t>(longest_ns / (below(2) == 0 ? 2 : 40)) + 2;
    const auto step_ns = static_cast<TimeNs>(below(most));
    const bool back = below(6) == 0;
    if (back ? now_ns > -never + step_ns : now_ns < never - step_ns) now_ns += back ? -step_ns : step_ns;
  }

  std::vector<Charge> charges() {
    static constexpr std::array<std::string_view, 3> keys{"", "a", "b"};
    std::vector<Charge> drawn(below(2) == 0 ? 1 : 1 + below(4));
    for (Charge& charge : drawn) {
      charge.quota = static_cast<std::uint32_t>(below(options.quotas.size() + (below(50) == 0 ? 1 : 0)));
      charge.key = keys[below(keys.size())];
      const std::uint64_t capacity =
          options.quotas[std::min<std::size_t>(charge.quota, options.quotas.size() - 1)].capacity;
      charge.cost =
          static_cast<std::int64_t>(below(below(4) == 0 ? capacity + 2 : capacity / 4 + 2)) - (below(50) == 0 ? 1 : 0);
    }
    return drawn;
  }

  std::mt19937_64 random;
  RateLimiter::Options options;
  DurationNs longest_ns = 0;
  TimeNs now_ns = 0;
};

TEST_P(RateLimiterDifferentialTest, AnswersAsTheModelDoes) {
  CONTEND_NEEDS(Part::retry_after, Part::remaining, Part::dimensions, Part::cleanup);
  constexpr int scripts = 200;
  constexpr int calls = 200;
  const std::uint64_t first = test_seed(1);
  Statuses seen{};
  for (std::uint64_t seed = first; seed < first + scripts; ++seed) {
    ModelScript drawn(GetParam(), seed);
    std::vector<Call> script(calls);
    for (Call& call : script) {
      drawn.move_clock();
      call.now_ns = drawn.now_ns;
      call.sweep = drawn.below(20) == 0;
      if (!call.sweep) call.charges = drawn.charges();
    }
    const auto make_model = [&] { return std::make_unique<ModelLimiter>(drawn.options); };
    const std::string story = difference(drawn.options, make_model, script, seen);
    ASSERT_TRUE(story.empty()) << "CONTEND_SEED=" << seed << "\n" << story;
  }
  for (const Status status : {Status::allowed, Status::invalid_dimensions, Status::invalid_quota, Status::invalid_cost,
                              Status::exceeds_capacity, Status::limited}) {
    EXPECT_GT(seen[static_cast<std::size_t>(status)], 0) << "no script met " << to_string(status);
  }
}

}  // namespace
}  // namespace contend::rate_limiter
