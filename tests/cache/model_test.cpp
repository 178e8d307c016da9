// A cache written from cache.hpp alone, which shares no code with the designs: what they get wrong together, it shows.
// Which entry is evicted is the design's affair, and the listener tells it; that it may be evicted, and what follows from
// it, is the model's.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {
namespace {

constexpr std::uint64_t capacity = 40;

class CacheModelTest : public testing::TestWithParam<Implementation<Cache>> {
 protected:
  void SetUp() override {
    CONTEND_NEEDS_ALL();
    cache_ = GetParam().make(
        {.capacity = capacity, .on_removal = [this](std::string_view key, std::string_view value, RemovalCause cause) {
           hear(key, value, cause);
         }});
  }
  void run(std::uint64_t seed) {
    random_.seed(seed);
    for (int step = 0; step < 6000 && !HasFailure(); ++step) {
      now_ns_ += static_cast<TimeNs>(below(3));
      one_step();
      const Size size = cache_->size();
      EXPECT_EQ(size.entries, entries_.size());
      EXPECT_EQ(size.weight, weight());
      EXPECT_LE(size.weight, capacity);
      if (HasFailure()) ADD_FAILURE() << fmt::format("CONTEND_SEED={} step {} at {}", seed, step, now_ns_);
    }
    EXPECT_EQ(cache_->stats(), stats_);
  }

 private:
  struct Held {
    std::string value;
    std::uint64_t weight = 0;
    TimeNs deadline_ns = 0;
    bool dies = false;
    std::uint64_t used = 0;
  };
  enum class Doing : std::uint8_t { get, put, erase, load, cleanup };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::uint64_t weight() const {
    std::uint64_t sum = 0;
    for (const auto& [key, held] : entries_) sum += held.weight;
    return sum;
  }
  bool live(const std::string& key) const {
    const auto place = entries_.find(key);
    return place != entries_.end() && !has_expired(place->second);
  }
  bool has_expired(const Held& held) const { return held.dies && now_ns_ >= held.deadline_ns; }
  bool any_expired() const {
    return std::ranges::any_of(entries_, [&](const auto& entry) { return has_expired(entry.second); });
  }

  // May this entry go for this reason, in the middle of what is being done?
  void hear(std::string_view heard_key, std::string_view value, RemovalCause cause) {
    const std::string key(heard_key);
    const auto place = entries_.find(key);
    ASSERT_NE(place, entries_.end()) << key << " has gone before";
    EXPECT_EQ(place->second.value, value);
    switch (cause) {
      case RemovalCause::expired:
        EXPECT_TRUE(has_expired(place->second)) << key;
        ++stats_.expired;
        break;
      case RemovalCause::erased:
        EXPECT_TRUE(key == key_ && (doing_ == Doing::erase || too_heavy_)) << key;
        ++stats_.erased;
        break;
      case RemovalCause::replaced:
        EXPECT_TRUE(key == key_ && (doing_ == Doing::put || doing_ == Doing::load) && live(key)) << key;
        ++stats_.replaced;
        break;
      case RemovalCause::evicted: {
        EXPECT_TRUE(doing_ == Doing::put || doing_ == Doing::load) << key;
        EXPECT_NE(key, key_) << "evicted for itself";
        EXPECT_GT(place->second.weight, 0U);
        EXPECT_FALSE(any_expired()) << "an expired one goes first";
        const std::uint64_t own = entries_.contains(key_) ? entries_[key_].weight : 0;
        EXPECT_GT(weight() - own + coming_, capacity) << key << " was not in the way";
        if (GetParam().guarantees.order != EvictionOrder::approximate) {
          for (const auto& [other, held] : entries_) {
            if (held.weight != 0 && other != key_) {
              EXPECT_LE(place->second.used, held.used) << key << " before " << other;
            }
          }
        }
        ++stats_.evicted;
        break;
      }
    }
    entries_.erase(place);
  }

  void store(const std::string& value, std::uint64_t weight, DurationNs ttl_ns) {
    entries_[key_] = {value, weight, ttl_ns == forever ? 0 : now_ns_ + ttl_ns, ttl_ns != forever, ++uses_};
    ++stats_.stored;
  }

  void one_step() {
    key_ = std::to_string(below(30));
    const std::string value = fmt::format("{}{}", ++values_, std::string(below(2) * 40, 'v'));
    const DurationNs ttl_ns = below(3) == 0 ? static_cast<DurationNs>(1 + below(60)) : forever;
    coming_ = below(30) == 0 ? below(60) : below(6);
    too_heavy_ = coming_ > capacity;
    const bool there = live(key_);
    std::string read;
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        doing_ = Doing::get;
        EXPECT_EQ(cache_->get(key_, now_ns_, read), there ? Status::hit : Status::miss) << key_;
        ++(there ? stats_.hits : stats_.misses);
        if (!there) {
          EXPECT_FALSE(entries_.contains(key_)) << "whoever meets it removes it";
          return;
        }
        EXPECT_EQ(read, entries_[key_].value);
        entries_[key_].used = ++uses_;
        return;
      }
      case 4:
      case 5:
      case 6: {
        doing_ = Doing::put;
        const Status status = cache_->put(key_, value, coming_, ttl_ns, now_ns_);
        EXPECT_EQ(status, too_heavy_ ? Status::too_heavy : there ? Status::replaced : Status::stored) << key_;
        EXPECT_FALSE(entries_.contains(key_)) << "the old one was told";
        if (!too_heavy_) store(value, coming_, ttl_ns);
        return;
      }
      case 7:
        doing_ = Doing::erase;
        EXPECT_EQ(cache_->erase(key_, now_ns_), there ? Status::removed : Status::absent) << key_;
        EXPECT_FALSE(entries_.contains(key_));
        return;
      case 8: {
        doing_ = Doing::load;
        const Status status =
            cache_->get_or_load(key_, coming_, ttl_ns, now_ns_, [&](std::string_view) { return value; }, read);
        EXPECT_EQ(status, there ? Status::hit : Status::loaded) << key_;
        ++(there ? stats_.hits : stats_.misses);
        if (there) {
          EXPECT_EQ(read, entries_[key_].value);
          entries_[key_].used = ++uses_;
          return;
        }
        EXPECT_EQ(read, value);
        ++stats_.loads;
        if (!too_heavy_) store(value, coming_, ttl_ns);
        return;
      }
      default: {
        doing_ = Doing::cleanup;
        const auto dead = static_cast<std::size_t>(
            std::ranges::count_if(entries_, [&](const auto& entry) { return has_expired(entry.second); }));
        const std::size_t budget = below(4);
        const CleanupAnswer answer = cache_->cleanup(budget, now_ns_);
        EXPECT_EQ(answer.removed, std::min(budget, dead));
        EXPECT_EQ(answer.more, dead > budget);
      }
    }
  }

  std::map<std::string, Held> entries_;
  Stats stats_;
  std::string key_;
  Doing doing_ = Doing::get;
  std::uint64_t coming_ = 0;
  bool too_heavy_ = false;
  std::uint64_t uses_ = 0;
  TimeNs now_ns_ = 0;
  int values_ = 0;
  std::mt19937_64 random_;
  std::unique_ptr<Cache> cache_;
};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheModelTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheModelTest, AnswersAsTheHeaderSays) {
  run(test_seed(1));
}
TEST_P(CacheModelTest, AnswersAsTheHeaderSaysAgain) {
  run(test_seed(2));
}

}  // namespace
}  // namespace contend::cache
