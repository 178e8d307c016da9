#include "impls/tables/tagged_buckets.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>

#include "impls/base/hashing.hpp"

namespace contend {
namespace {

struct Thing {
  std::uint64_t key = 0;
  std::uint64_t hash = 0;
};
struct Identity {
  static std::uint64_t hash(const Thing& thing) { return thing.hash; }
  static bool equal(const Thing& thing, std::uint64_t key) { return thing.key == key; }
};
using Table = TaggedBuckets<Thing, Identity>;

// A table beside a map, through random inserts, erases, replacements and look-ups of keys that are there and that are not.
void expect_same_as_a_map(std::uint64_t hash_mask, std::size_t expected) {
  std::mt19937_64 random(hash_mask + expected);
  Table table(expected);
  std::map<std::uint64_t, std::unique_ptr<Thing>> known;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t key = random() % 500;
    const std::uint64_t hash = mix_bits(key + 1) & hash_mask;
    const auto place = known.find(key);
    Thing* const expected_thing = place == known.end() ? nullptr : place->second.get();
    ASSERT_EQ(table.find(hash, key), expected_thing) << "key " << key << " at step " << step;
    if (expected_thing == nullptr) {
      auto thing = std::make_unique<Thing>(Thing{key, hash});
      table.make_room(1);
      table.insert(*thing, hash);
      known.emplace(key, std::move(thing));
    } else if (random() % 3 == 0) {
      auto fresh = std::make_unique<Thing>(Thing{key, hash});
      table.replace(*expected_thing, *fresh, hash);
      place->second = std::move(fresh);
    } else {
      table.erase(*expected_thing, hash);
      known.erase(place);
    }
    ASSERT_EQ(table.size(), known.size());
  }
  std::size_t seen = 0;
  table.for_each([&](Thing& thing) {
    ++seen;
    EXPECT_EQ(known.at(thing.key).get(), &thing);
  });
  EXPECT_EQ(seen, known.size());
}

TEST(TaggedBucketsTest, AnswersAsAMap) {
  expect_same_as_a_map(~std::uint64_t{0}, 0);
  expect_same_as_a_map(~std::uint64_t{0}, 400);
}

// All bits that choose the bucket are the same, or all tags are, or both: then everything goes on from bucket to bucket, around the end too.
TEST(TaggedBucketsTest, AnswersAsAMapWhereHashesCollide) {
  expect_same_as_a_map(0xffff'0000'0000'0000, 0);
  expect_same_as_a_map(0x0000'0000'ffff'ffff, 0);
  expect_same_as_a_map(0, 0);
  expect_same_as_a_map(0x8000'0000, 100);
}

// An object that went on from each bucket, and no end to see: a search for what is not there must stop all the same.
TEST(TaggedBucketsTest, ASearchEndsWhereObjectsWentOnFromEveryBucket) {
  Table table(12);  // two buckets
  std::vector<std::unique_ptr<Thing>> things;
  const auto add = [&](std::uint64_t hash) {
    things.push_back(std::make_unique<Thing>(Thing{things.size(), hash}));
    table.make_room(1);
    table.insert(*things.back(), hash);
  };
  constexpr std::uint64_t first_bucket = 0;
  constexpr std::uint64_t second_bucket = 0xffff'ffff;
  for (int i = 0; i < 7; ++i) add(first_bucket);
  for (int i = 0; i < 4; ++i) add(second_bucket);
  add(first_bucket);  // goes on to the second
  for (int i = 0; i < 7; ++i) table.erase(*things.at(static_cast<std::size_t>(i)), first_bucket);
  for (int i = 0; i < 3; ++i) add(second_bucket);
  EXPECT_EQ(table.find(second_bucket, std::uint64_t{1000}), nullptr);
  EXPECT_EQ(table.find(first_bucket, std::uint64_t{1000}), nullptr);
  EXPECT_EQ(table.find(first_bucket, std::uint64_t{11}), things.at(11).get());
}

}  // namespace
}  // namespace contend
