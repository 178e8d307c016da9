#include "impls/kv_store/packed/key_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace contend::kv_store {
namespace {

std::vector<std::string> keys_from(const KeyIndex& index, std::string_view from, std::size_t most) {
  std::vector<std::string> keys;
  for (auto cursor = index.from(from); cursor.entry() != nullptr && keys.size() < most; cursor.advance()) {
    keys.emplace_back(cursor.entry()->key());
  }
  return keys;
}

// Beside a std::map, over enough keys for leaves to be split, emptied and removed, with bytes above 127 and keys that are prefixes.
TEST(KeyIndexTest, WalksAsAMapDoes) {
  std::mt19937_64 random(7);
  KeyIndex index;
  std::map<std::string, PackedEntry::Owned> known;
  const auto any_key = [&] {
    std::string key(random() % 4, '\0');
    for (char& byte : key) byte = static_cast<char>(random() % 16 * 17);
    return key;
  };
  for (int step = 0; step < 40'000; ++step) {
    const bool is_growing = step / 5'000 % 2 == 0;
    const std::string key = any_key();
    if (const auto place = known.find(key); place == known.end() && is_growing) {
      auto entry = PackedEntry::make(key, "", 0);
      index.insert(*entry);
      known.emplace(key, std::move(entry));
    } else if (place != known.end() && !is_growing) {
      index.erase(*place->second);
      known.erase(place);
    }
    if (step % 100 != 0) continue;
    const std::string from = any_key();
    std::vector<std::string> expected;
    for (auto place = known.lower_bound(from); place != known.end() && expected.size() < 300; ++place)
      expected.push_back(place->first);
    ASSERT_EQ(keys_from(index, from, 300), expected) << "after " << step << " steps";
  }
}

TEST(KeyIndexTest, WhatIsNotHereCanBeErased) {
  KeyIndex index;
  const auto here = PackedEntry::make("here", "", 0);
  const auto same_key = PackedEntry::make("here", "", 0);
  const auto other = PackedEntry::make("other", "", 0);
  index.erase(*here);
  index.insert(*here);
  index.erase(*same_key);
  index.erase(*other);
  EXPECT_EQ(keys_from(index, "", 9), std::vector<std::string>{"here"});
}

}  // namespace
}  // namespace contend::kv_store
