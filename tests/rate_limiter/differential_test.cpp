// The same random script against an implementation and against `reference`, answer by answer.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "tests/support/implementations.hpp"

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
  return quotas;
}

class RateLimiterDifferentialTest : public testing::TestWithParam<Implementation<RateLimiter>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterDifferentialTest,
                         testing::ValuesIn(implementations<RateLimiter>()), implementation_name<RateLimiter>);

TEST_P(RateLimiterDifferentialTest, AnswersAsTheReferenceDoes) {
  const std::uint64_t seed = test_seed(1);
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  const RateLimiter::Options options{.quotas = quotas_for(GetParam().guarantees), .expected_keys = 4};
  const auto limiter = GetParam().make(options);
  const auto reference = Registry<RateLimiter>::instance().find("reference")->make(options);
  static const std::vector<std::string> keys{"", "a", "b", std::string("a\0", 2), std::string(300, 'x')};
  TimeNs now_ns = -500;
  std::vector<int> seen(16);
  for (int i = 0; i < script_operations; ++i) {
    now_ns += below(6) == 0 ? -static_cast<TimeNs>(below(60)) : static_cast<TimeNs>(below(12));
    if (below(40) == 0) {
      const CleanupAnswer mine = limiter->cleanup(std::numeric_limits<std::size_t>::max(), now_ns);
      const CleanupAnswer theirs = reference->cleanup(std::numeric_limits<std::size_t>::max(), now_ns);
      ASSERT_EQ(mine.removed, theirs.removed) << "operation " << i << " seed " << seed;
      ASSERT_EQ(limiter->tracked(), reference->tracked()) << "operation " << i << " seed " << seed;
      continue;
    }
    std::vector<Charge> charges(below(2) == 0 ? 1 : below(5));
    for (Charge& charge : charges) {
      charge.quota = static_cast<std::uint32_t>(below(200) == 0 ? 99 : below(options.quotas.size()));
      charge.key = keys[below(100) == 0 ? 4 : below(4)];
      charge.cost = below(50) == 0 ? -1 : static_cast<std::int64_t>(below(below(20) == 0 ? 50 : 4));
    }
    const Decision mine = limiter->acquire_all(charges, now_ns);
    const Decision theirs = reference->acquire_all(charges, now_ns);
    ASSERT_EQ(mine, theirs) << "operation " << i << " seed " << seed << ": " << describe(mine) << " instead of "
                            << describe(theirs);
    ++seen[static_cast<std::size_t>(theirs.status)];
  }
  for (std::size_t status = 0; status <= static_cast<std::size_t>(Status::limited); ++status) {
    EXPECT_GT(seen[status], 0) << "the script never met " << to_string(static_cast<Status>(status));
  }
}

}  // namespace
}  // namespace contend::rate_limiter
