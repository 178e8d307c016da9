#include "impls/base/hashing.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <unordered_set>

#include "tests/support/hostile_keys.hpp"

namespace contend {
namespace {

template <class Set>
std::size_t longest_chain(const Set& set) {
  std::size_t longest = 0;
  for (std::size_t bucket = 0; bucket < set.bucket_count(); ++bucket) {
    longest = std::max(longest, set.bucket_size(bucket));
  }
  return longest;
}

TEST(HashingTest, HostileKeysCollideInTheStandardHashAndNotHere) {
  const std::vector<std::string> keys = hostile_keys(2'000);
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
#if defined(__GLIBCXX__)
  EXPECT_EQ(longest_chain(std::unordered_set<std::string>(keys.begin(), keys.end())), keys.size());
#endif
  EXPECT_LE(longest_chain(std::unordered_set<std::string, BytesHash>(keys.begin(), keys.end())), 12U);
}

TEST(HashingTest, HostileNumbersDoNotCollideHere) {
  for (const auto& numbers : {hostile_multiples(2'000), hostile_mixtures(2'000)}) {
    EXPECT_LE(longest_chain(std::unordered_set<std::uint64_t, NumberHash>(numbers.begin(), numbers.end())), 12U);
  }
  for (const std::uint64_t number : hostile_mixtures(10)) EXPECT_EQ(mix_bits(number) & 0xffff'ffff, 0U);
}

TEST(HashingTest, EveryTableHasASeedOfItsOwn) {
  EXPECT_NE(BytesHash()("key"), BytesHash()("key"));
  EXPECT_NE(NumberHash()(1), NumberHash()(1));
}

TEST(HashingTest, ASeedMakesARunRepeatable) {
  const auto two_tables = [] {
    const BytesHash one;
    const BytesHash other;
    return std::vector<std::uint64_t>{one("key"), other("key"), hash_bytes("key"), hash_number(7)};
  };
  set_hash_seed(5);
  const auto first = two_tables();
  set_hash_seed(5);
  EXPECT_EQ(two_tables(), first);
  set_hash_seed(6);
  EXPECT_NE(two_tables(), first);
}

}  // namespace
}  // namespace contend
