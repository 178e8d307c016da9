// How often each policy hits, against a plain model of each; what shards cost; what updates cost.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"
#include "tests/cache/plain_policies.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {
namespace {

using namespace plain;

// --- traces ---

// The k-th most popular of n keys is asked for in proportion to 1 / k^alpha.
class Zipf {
 public:
  Zipf(int n, double alpha, std::uint64_t seed) : random_(seed) {
    double sum = 0;
    for (int k = 1; k <= n; ++k) sums_.push_back(sum += std::pow(k, -alpha));
  }
  int operator()() {
    const double drawn = std::uniform_real_distribution<>(0, sums_.back())(random_);
    return static_cast<int>(std::ranges::lower_bound(sums_, drawn) - sums_.begin());
  }

 private:
  std::mt19937_64 random_;
  std::vector<double> sums_;
};

Trace popular(int requests) {
  Zipf draw(10'000, 0.9, 1);
  Trace trace;
  for (int i = 0; i < requests; ++i) trace.push_back({draw(), 1});
  return trace;
}
// Popular keys of different weights, with a scan of keys that nobody asks for again after every thousand.
Trace scanned(int requests) {
  Zipf draw(5'000, 1.0, 2);
  Trace trace;
  int once = 1'000'000;
  for (int i = 0; i < requests; ++i) {
    const int key = draw();
    trace.push_back({key, 1U + static_cast<std::uint64_t>(key % 5)});
    if (i % 1000 == 0) {
      for (int k = 0; k < 300; ++k) trace.push_back({once++, 1});
    }
  }
  return trace;
}
// Some that leave room for hardly anything else.
Trace heavy(int requests) {
  Zipf draw(2'000, 1.0, 4);
  Trace trace;
  for (int i = 0; i < requests; ++i) {
    const int key = draw();
    trace.push_back({key, key % 211 == 7 ? 470U : 1U + static_cast<std::uint64_t>(key % 3)});
  }
  return trace;
}
// What is popular changes all the time: recent use says more than frequent use.
Trace moving(int requests) {
  Zipf draw(1'000, 0.7, 3);
  Trace trace;
  for (int i = 0; i < requests; ++i) trace.push_back({draw() + i / 20, 1});
  return trace;
}
// Round and round over somewhat more than there is room for.
Trace looping(int requests) {
  Trace trace;
  for (int i = 0; i < requests; ++i) trace.push_back({i % 1'200, 1});
  return trace;
}

int hits_of(PlainModel& model, const Trace& trace) {
  int hits = 0;
  for (const Request& request : trace) hits += model.ask(request) ? 1 : 0;
  return hits;
}

// --- the designs and their policies ---

template <class Policy>
int hits_of_policy(const Trace& trace, std::uint64_t capacity) {
  Table<Policy> table(capacity);
  std::string value;
  int hits = 0;
  for (const Request& request : trace) {
    RemovedEntries removed;
    const std::string key = std::to_string(request.key);
    if (table.get(key, 0, value, removed)) {
      ++hits;
    } else {
      table.put(key, "", request.weight, never, 0, removed);
    }
  }
  return hits;
}
int hits_of_design(std::string_view name, const Trace& trace, std::uint64_t capacity) {
  const auto cache = Registry<Cache>::instance().find(name)->make({.capacity = capacity, .on_removal = nullptr});
  std::string value;
  int hits = 0;
  for (const Request& request : trace) {
    const std::string key = std::to_string(request.key);
    if (cache->get(key, 0, value) == Status::hit) {
      ++hits;
    } else {
      cache->put(key, "", request.weight, forever, 0);
    }
  }
  return hits;
}
double percent(int hits, const Trace& trace) {
  return 100.0 * hits / static_cast<double>(trace.size());
}

struct NamedTrace {
  const char* name;
  std::function<Trace()> make;
  std::uint64_t capacity;
};
void PrintTo(const NamedTrace& trace, std::ostream* out) {
  *out << trace.name;
}

class CachePolicyTest : public testing::TestWithParam<NamedTrace> {
 protected:
  template <class Policy, class Model>
  void expect_the_same() {
    Model model(GetParam().capacity);
    EXPECT_EQ(hits_of_policy<Policy>(trace_, GetParam().capacity), hits_of(model, trace_));
  }

  const Trace trace_ = GetParam().make();
};
INSTANTIATE_TEST_SUITE_P(Traces, CachePolicyTest,
                         testing::Values(NamedTrace{"popular", [] { return popular(40'000); }, 500},
                                         NamedTrace{"scanned", [] { return scanned(30'000); }, 800},
                                         NamedTrace{"moving", [] { return moving(100'000); }, 400},
                                         NamedTrace{"looping", [] { return looping(30'000); }, 1'000}),
                         [](const auto& instance) { return std::string(instance.param.name); });

template <class Policy, class Model>
void expect_the_same_of_heavy() {
  constexpr std::uint64_t capacity = 500;
  const Trace trace = heavy(30'000);
  Model model(capacity);
  EXPECT_EQ(hits_of_policy<Policy>(trace, capacity), hits_of(model, trace));
}
TEST(HeavyEntriesTest, PoliciesHitAsTheirModelsDo) {
  expect_the_same_of_heavy<FifoPolicy, PlainFifo>();
  expect_the_same_of_heavy<LruPolicy, PlainLru>();
  expect_the_same_of_heavy<ClockPolicy, PlainClock>();
  expect_the_same_of_heavy<SievePolicy, PlainSieve>();
  expect_the_same_of_heavy<S3FifoPolicy, PlainS3Fifo>();
}

TEST_P(CachePolicyTest, FifoHitsAsItsModelDoes) {
  expect_the_same<FifoPolicy, PlainFifo>();
}
TEST_P(CachePolicyTest, LruHitsAsItsModelDoes) {
  expect_the_same<LruPolicy, PlainLru>();
}
TEST_P(CachePolicyTest, ClockHitsAsItsModelDoes) {
  expect_the_same<ClockPolicy, PlainClock>();
}
TEST_P(CachePolicyTest, SieveHitsAsItsModelDoes) {
  expect_the_same<SievePolicy, PlainSieve>();
}
TEST_P(CachePolicyTest, S3FifoHitsAsItsModelDoes) {
  expect_the_same<S3FifoPolicy, PlainS3Fifo>();
}

// It counts roughly, and hears of hits late: about as often.
TEST_P(CachePolicyTest, WTinyLfuHitsAboutAsItsModelDoes) {
  PlainTinyLfu model(GetParam().capacity);
  const double expected = percent(hits_of(model, trace_), trace_);
  const double hits = percent(hits_of_design("buffered_tiny_lfu", trace_, GetParam().capacity), trace_);
  std::printf("%s: W-TinyLFU hits %.2f %%, its model %.2f %%\n", GetParam().name, hits, expected);
  EXPECT_NEAR(hits, expected, 3);
}

// What sharding costs: each design against its policy in one table. Above sharded_capacity, with some thousand entries.
class CacheShardingTest : public testing::TestWithParam<Implementation<Cache>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheShardingTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheShardingTest, ShardsCostFewHits) {
  if (GetParam().guarantees.room == Room::whole_cache) return;
  if (GetParam().contract.technique == "library") GTEST_SKIP() << "its policy is the library's, and not here alone";
  Zipf draw(100'000, 0.9, 5);
  Trace trace;
  for (int i = 0; i < 120'000; ++i) trace.push_back({draw(), 1});
  const std::map<std::string_view, int (*)(const Trace&, std::uint64_t)> alone{
      {"fifo", hits_of_policy<FifoPolicy>},         {"sharded_lru", hits_of_policy<LruPolicy>},
      {"clock", hits_of_policy<ClockPolicy>},       {"sieve", hits_of_policy<SievePolicy>},
      {"s3_fifo", hits_of_policy<S3FifoPolicy>},    {"slab_clock", hits_of_policy<ClockPolicy>},
      {"packed_sieve", hits_of_policy<SievePolicy>}};
  ASSERT_TRUE(alone.contains(GetParam().name)) << "add its policy here";
  const double whole = percent(alone.at(GetParam().name)(trace, sharded_capacity), trace);
  const double sharded = percent(hits_of_design(GetParam().name, trace, sharded_capacity), trace);
  std::printf("%s: %.2f %% hits, in one table %.2f %%\n", std::string(GetParam().name).c_str(), sharded, whole);
  EXPECT_NEAR(sharded, whole, 0.5);
}

// A put of a key that is there is a use of it: who updates what is popular does not lose what the policy knew.
class CacheUpdateTest : public testing::TestWithParam<Implementation<Cache>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheUpdateTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheUpdateTest, UpdatesCostNoHits) {
  CONTEND_NEEDS(Part::replacing);
  std::map<int, double> hits_at;
  for (const int puts : {0, 20, 50}) {
    Zipf draw(10'000, 0.9, 6);
    std::mt19937_64 random(7);
    const auto cache = GetParam().make({.capacity = 1'000, .on_removal = nullptr});
    std::string value;
    int gets = 0;
    int hits = 0;
    for (int i = 0; i < 40'000; ++i) {
      const std::string key = std::to_string(draw());
      if (static_cast<int>(random() % 100) < puts) {
        cache->put(key, "updated", 1, forever, 0);
        continue;
      }
      ++gets;
      if (cache->get(key, 0, value) == Status::hit) {
        ++hits;
      } else {
        cache->put(key, "", 1, forever, 0);
      }
    }
    hits_at[puts] = 100.0 * hits / gets;
  }
  std::printf("%s: %.2f %% hits, with 20 %% of puts %.2f %%, with 50 %% %.2f %%\n",
              std::string(GetParam().name).c_str(), hits_at[0], hits_at[20], hits_at[50]);
  EXPECT_GT(hits_at[20], hits_at[0] - 0.7);
  EXPECT_GT(hits_at[50], hits_at[0] - 0.7);
}

}  // namespace
}  // namespace contend::cache
