// How often each policy hits, against a plain model of each that shares no code with the designs: on drawn traces always,
// and on real ones where they are there.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "bench/inputs/cache/request_trace.hpp"
#include "impls/base/registry.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/real_input.hpp"

namespace contend::cache {
namespace {

struct Request {
  int key = 0;
  std::uint64_t weight = 1;
};
using Trace = std::vector<Request>;

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

// --- plain models: ask(request) is true for a hit, and stores what was missing ---

struct PlainModel {
  explicit PlainModel(std::uint64_t room) : capacity(room) {}
  virtual ~PlainModel() = default;
  virtual bool ask(const Request& request) = 0;

  const std::uint64_t capacity;
};

// In a queue, oldest last.
struct Held {
  int key = 0;
  std::uint64_t weight = 0;
  int marks = 0;
};
using Line = std::list<Held>;

std::uint64_t weight_of(const Line& line) {
  std::uint64_t sum = 0;
  for (const Held& held : line) sum += held.weight;
  return sum;
}

struct PlainFifo : PlainModel {
  using PlainModel::PlainModel;
  virtual void hit(Line::iterator) {}
  // The one that goes.
  virtual Line::iterator out() { return std::prev(line.end()); }

  bool ask(const Request& request) override {
    if (const auto place = places.find(request.key); place != places.end()) {
      hit(place->second);
      return true;
    }
    if (request.weight > capacity) return false;
    while (weight + request.weight > capacity) {
      const auto gone = out();
      weight -= gone->weight;
      places.erase(gone->key);
      line.erase(gone);
    }
    line.push_front({request.key, request.weight});
    places[request.key] = line.begin();
    weight += request.weight;
    return false;
  }

  Line line;
  std::map<int, Line::iterator> places;
  std::uint64_t weight = 0;
};

struct PlainLru : PlainFifo {
  using PlainFifo::PlainFifo;
  void hit(Line::iterator place) override { line.splice(line.begin(), line, place); }
};

struct PlainClock : PlainFifo {
  using PlainFifo::PlainFifo;
  void hit(Line::iterator place) override { place->marks = 1; }
  Line::iterator out() override {
    while (line.back().marks != 0) {
      line.back().marks = 0;
      line.splice(line.begin(), line, std::prev(line.end()));
    }
    return std::prev(line.end());
  }
};

struct PlainSieve : PlainFifo {
  using PlainFifo::PlainFifo;
  void hit(Line::iterator place) override { place->marks = 1; }
  Line::iterator out() override {
    auto hand = at == nullptr ? std::prev(line.end()) : places[*at];
    while (hand->marks != 0) {
      hand->marks = 0;
      hand = hand == line.begin() ? std::prev(line.end()) : std::prev(hand);
    }
    at = hand == line.begin() ? nullptr : std::make_unique<int>(std::prev(hand)->key);
    return hand;
  }

  std::unique_ptr<int> at;  // the key at the hand; none: the oldest
};

struct PlainS3Fifo : PlainModel {
  using PlainModel::PlainModel;

  bool ask(const Request& request) override {
    for (Line* line : {&small, &main}) {
      const auto place = find(*line, request.key);
      if (place == line->end()) continue;
      place->marks = std::min(place->marks + 1, 3);
      return true;
    }
    if (request.weight > capacity) return false;
    const bool remembered = std::erase_if(ghosts, [&](const Held& held) { return held.key == request.key; }) > 0;
    while (weight_of(small) + weight_of(main) + request.weight > capacity) evict();
    (remembered ? main : small).push_front({request.key, request.weight});
    return false;
  }

  static Line::iterator find(Line& line, int key) {
    return std::ranges::find(line, key, [](const Held& held) { return held.key; });
  }
  void evict() {
    if (weight_of(main) > main_room() || small.empty()) {
      Held last = main.back();
      main.pop_back();
      if (last.marks > 0) main.push_front({last.key, last.weight, last.marks - 1});
      return;
    }
    const Held last = small.back();
    small.pop_back();
    if (last.marks > 1) {
      main.push_front({last.key, last.weight});
      return;
    }
    while (!ghosts.empty() && weight_of(ghosts) + last.weight > main_room()) ghosts.pop_back();
    ghosts.push_front(last);
  }
  std::uint64_t main_room() const { return capacity - capacity / 10; }

  Line small;
  Line main;
  Line ghosts;
};

// Counts exactly what the sketch of the design counts roughly.
struct PlainTinyLfu : PlainModel {
  explicit PlainTinyLfu(std::uint64_t room)
      : PlainModel(room), window_room(std::max(1.0, static_cast<double>(room) / 100)) {}

  bool ask(const Request& request) override {
    if (++counted[request.key] > 15) counted[request.key] = 15;
    if (++counts > 10 * std::max<std::size_t>(places.size(), 64)) {
      for (auto& [key, count] : counted) count /= 2;
      counts /= 2;
    }
    const auto place = places.find(request.key);
    const bool hit = place != places.end();
    ++(hit ? hits : misses);
    if (hit) {
      Line& from = *place->second.first;
      Line& to = &from == &window ? window : sheltered;
      to.splice(to.begin(), from, place->second.second);
      place->second.first = &to;
      trim_sheltered();
    } else if (request.weight <= capacity) {
      window.push_front({request.key, request.weight});
      places[request.key] = {&window, window.begin()};
      make_room();
    }
    climb();
    return hit;
  }

  void make_room() {
    while (static_cast<double>(weight_of(window)) > window_room && !window.empty()) {
      const int candidate = window.back().key;
      move_last(window, probation);
      while (whole() > capacity) {
        const Held& victim = probation.size() > 1 || sheltered.empty() ? probation.back() : sheltered.back();
        drop(counted[candidate] > counted[victim.key] ? victim.key : candidate);
        if (!places.contains(candidate)) break;
      }
    }
    while (whole() > capacity) drop((probation.empty() ? sheltered : probation).back().key);
  }
  std::uint64_t whole() const { return weight_of(window) + weight_of(probation) + weight_of(sheltered); }
  void trim_sheltered() {
    const double room = (static_cast<double>(capacity) - window_room) * 0.8;
    while (static_cast<double>(weight_of(sheltered)) > room) move_last(sheltered, probation);
  }
  void move_last(Line& from, Line& to) {
    to.splice(to.begin(), from, std::prev(from.end()));
    places[to.front().key].first = &to;
  }
  void drop(int key) {
    const auto [line, place] = places[key];
    line->erase(place);
    places.erase(key);
  }
  void climb() {
    const double requests = hits + misses;
    if (requests < std::max(640.0, 10.0 * static_cast<double>(places.size()))) return;
    const double change = hits / requests - last_share;
    last_share = hits / requests;
    hits = misses = 0;
    const double way = change >= 0 ? step : -step;
    step = std::abs(change) < 0.05 ? 0.98 * way : std::copysign(0.0625, way);
    window_room =
        std::clamp(window_room + way * static_cast<double>(capacity), 1.0, 0.8 * static_cast<double>(capacity));
    trim_sheltered();
    const auto main = [&] { return static_cast<double>(weight_of(probation) + weight_of(sheltered)); };
    while (main() > static_cast<double>(capacity) - window_room)
      move_last(probation.empty() ? sheltered : probation, window);
  }

  Line window;
  Line probation;
  Line sheltered;
  std::map<int, std::pair<Line*, Line::iterator>> places;
  std::map<int, int> counted;
  std::size_t counts = 0;
  double window_room;
  double step = -0.0625;
  double last_share = 0;
  double hits = 0;
  double misses = 0;
};

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
  Zipf draw(100'000, 0.9, 5);
  Trace trace;
  for (int i = 0; i < 120'000; ++i) trace.push_back({draw(), 1});
  const std::map<std::string_view, int (*)(const Trace&, std::uint64_t)> alone{
      {"fifo", hits_of_policy<FifoPolicy>},
      {"sharded_lru", hits_of_policy<LruPolicy>},
      {"clock", hits_of_policy<ClockPolicy>},
      {"sieve", hits_of_policy<SievePolicy>},
      {"s3_fifo", hits_of_policy<S3FifoPolicy>}};
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
