// Real arrivals: the clients of a web server, and when they came.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "bench/inputs/rate_limiter/access_log.hpp"
#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/real_input.hpp"

namespace contend::rate_limiter {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr std::uint64_t capacity = 10;
constexpr DurationNs period_ns = 60 * second_ns;
constexpr DurationNs disorder_ns = 60 * second_ns;  // the log is in order of minutes, not within them
const std::string access_log = "logs/apache_access.log";

// At most `most` of the times, which ascend, lie within less than `length_ns`.
bool never_more_within(const std::vector<TimeNs>& times, std::size_t most, DurationNs length_ns) {
  for (std::size_t i = most; i < times.size(); ++i) {
    if (times[i] - times[i - most] < length_ns) return false;
  }
  return true;
}

// Whether one client has got no more than the quota in any interval.
bool within_quota(Algorithm algorithm, const std::vector<TimeNs>& times) {
  switch (algorithm) {
    case Algorithm::token_bucket:
      for (std::size_t from = 0; from < times.size(); ++from) {
        for (std::size_t to = from; to < times.size(); ++to) {
          const auto refilled = static_cast<std::uint64_t>((times[to] - times[from])) /
                                (static_cast<std::uint64_t>(period_ns) / capacity);
          if (to - from + 1 > capacity + refilled) return false;
        }
      }
      return true;
    case Algorithm::sliding_log:
      return never_more_within(times, capacity, period_ns);
    case Algorithm::fixed_window:
    case Algorithm::sliding_counter: {
      std::map<TimeNs, std::uint64_t> windows;
      for (const TimeNs at_ns : times) {
        // Rounded down: lines of a log that are older than its first have times below 0.
        const TimeNs window = at_ns / period_ns - (at_ns % period_ns < 0 ? 1 : 0);
        if (++windows[window] > capacity) return false;
      }
      return true;
    }
  }
  return false;
}

class RateLimiterArrivalsTest : public testing::TestWithParam<Implementation<RateLimiter>> {
 protected:
  void SetUp() override { CONTEND_NEEDS(Part::retry_after, Part::remaining, Part::dimensions, Part::cleanup); }
  // How many of the arrivals are allowed, after each has been decided as `reference` does.
  static std::size_t replay(const Arrivals& arrivals, Algorithm algorithm) {
    const RateLimiter::Options options{.quotas = {{algorithm, capacity, capacity, period_ns}}, .expected_keys = 4096};
    const auto limiter = GetParam().make(options);
    const auto reference = Registry<RateLimiter>::instance().find("reference")->make(options);
    std::vector<std::vector<TimeNs>> allowed(arrivals.clients.size());
    std::size_t sum = 0;
    TimeNs latest_ns = 0;
    std::size_t line = 0;
    for (const auto& [client, at_ns] : arrivals.requests) {
      ++line;
      const Decision decision = limiter->acquire(arrivals.clients[client], 1, at_ns);
      EXPECT_EQ(decision, reference->acquire(arrivals.clients[client], 1, at_ns)) << "line " << line;
      latest_ns = std::max(latest_ns, at_ns);
      if (line % 1000 == 0) {
        // Not ahead of the time of anybody who may still come: what is full by then is not yet for him.
        const TimeNs settled_ns = latest_ns - disorder_ns;
        EXPECT_EQ(limiter->cleanup(100'000, settled_ns).removed, reference->cleanup(100'000, settled_ns).removed);
      }
      if (decision.status != Status::allowed) continue;
      ++sum;
      // Time that goes back counts as the latest at which the bucket was charged.
      std::vector<TimeNs>& times = allowed[client];
      times.push_back(times.empty() ? at_ns : std::max(at_ns, times.back()));
    }
    for (std::size_t client = 0; client < allowed.size(); ++client) {
      EXPECT_TRUE(within_quota(algorithm, allowed[client])) << arrivals.clients[client];
    }
    return sum;
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterArrivalsTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

TEST_P(RateLimiterArrivalsTest, RealClientsGetTheirQuotaAndNoMoreAndAllDesignsDecideAlike) {
  const auto file = real_input(access_log);
  if (!file) GTEST_SKIP() << no_real_input(access_log);
  const Arrivals arrivals = read_access_log(*file);
  const bool whole = arrivals.requests.size() > 300;
  ASSERT_EQ(arrivals.requests.size(), whole ? 10'000U : 300U);
  ASSERT_EQ(arrivals.clients.size(), whole ? 1'753U : 78U);
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (!GetParam().guarantees.supports[i]) continue;
    const auto algorithm = static_cast<Algorithm>(i);
    SCOPED_TRACE(to_string(algorithm));
    const std::size_t allowed = replay(arrivals, algorithm);
    std::printf("%s: %zu of %zu allowed\n", std::string(to_string(algorithm)).c_str(), allowed,
                arrivals.requests.size());
    EXPECT_GT(allowed, arrivals.clients.size());
    EXPECT_LT(allowed, arrivals.requests.size());
  }
}

// --- reading logs ---

Arrivals parse(const std::string& text) {
  std::istringstream stream(text);
  return parse_access_log(stream, "log");
}
std::string refusal(const std::string& text) {
  try {
    parse(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing was wrong";
}

TEST(AccessLogTest, ReadsWhoAskedWhen) {
  const Arrivals arrivals = parse(
      "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1\r\n"
      "host - ann [17/May/2015:12:05:04 +0200] \"GET /[x] HTTP/1.1\" 200 1 \"-\" \"agent\"\n"
      "10.0.0.1 - - [17/May/2015:10:05:02 +0000] \"GET / HTTP/1.1\" 200 1");
  EXPECT_EQ(arrivals.clients, (std::vector<std::string>{"10.0.0.1", "host"}));
  EXPECT_EQ(arrivals.requests, (std::vector<Arrivals::Request>{{0, 0}, {1, second_ns}, {0, -second_ns}}));
}

TEST(AccessLogTest, NamesTheLineThatIsWrong) {
  const std::string fine = "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1\n";
  EXPECT_EQ(refusal(fine + "\n"), "log: line 2: it does not begin with an address");
  EXPECT_EQ(refusal(fine + "b - - 17/May/2015\n"), "log: line 2: there is no time in brackets");
  EXPECT_EQ(refusal(fine + "b - - [17/Foo/2015:10:05:03 +0000]\n"),
            "log: line 2: the time is \"17/Foo/2015:10:05:03 +0000\"; allowed is one like 17/May/2015:10:05:03 +0000");
  EXPECT_NE(refusal(fine + "b - - [17/May/2115:10:05:03 +0000]\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal(std::string(300, 'a') + " - - [17/May/2015:10:05:03 +0000]\n").find("300 bytes"),
            std::string::npos);
  EXPECT_EQ(refusal(""), "log: there are no requests in it");
  EXPECT_THROW(read_access_log("some/log.gz"), std::runtime_error);
  EXPECT_THROW(read_access_log("not/there"), std::runtime_error);
}

}  // namespace
}  // namespace contend::rate_limiter
