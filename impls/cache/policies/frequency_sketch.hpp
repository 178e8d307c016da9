#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "impls/base/hashing.hpp"

namespace contend::cache {

// About how often each hash was seen lately: a count-min sketch (Cormode and Muthukrishnan, 2005) of counters of four
// bits, all of which are halved when ten times as many were counted as there is room for, so that old fame fades
// (TinyLFU: Einziger, Friedman and Manes, 2017). It never says too little but for that halving, and too much where all
// four counters of a hash are shared with others.
//
// No synchronisation. O(1), the halving amortised: it walks the whole table, a microsecond for a thousand entries.
// Memory: 8 to 16 bytes for each entry that it has room for.
class FrequencySketch {
 public:
  static constexpr std::uint8_t most = 15;

  // Room for so many entries; it never gets less. What was counted stays. May throw, and has changed nothing then.
  void fit(std::size_t entries) {
    std::size_t words = table_.size();
    while (words < entries) words *= 2;
    if (words == table_.size()) return;
    // A hash finds its word by the low bits: the word it finds with more of them is a copy of the one it had.
    std::vector<std::uint64_t> larger(words);
    for (std::size_t i = 0; i < words; ++i) larger[i] = table_[i % table_.size()];
    table_ = std::move(larger);
  }
  std::size_t room() const { return table_.size(); }

  void add(std::uint64_t hash) {
    bool counted = false;
    for (const Place& place : places_of(hash)) {
      if ((table_[place.word] >> place.shift & most) == most) continue;
      table_[place.word] += std::uint64_t{1} << place.shift;
      counted = true;
    }
    if (!counted || ++added_ < samples_per_entry * table_.size()) return;
    for (std::uint64_t& word : table_) word = word >> 1 & 0x7777'7777'7777'7777;
    added_ /= 2;
  }

  std::uint8_t estimate(std::uint64_t hash) const {
    std::uint64_t least = most;
    for (const Place& place : places_of(hash)) least = std::min(least, table_[place.word] >> place.shift & most);
    return static_cast<std::uint8_t>(least);
  }

 private:
  struct Place {
    std::size_t word = 0;
    unsigned shift = 0;  // of the counter within the word
  };
  static constexpr std::size_t rows = 4;
  static constexpr std::uint64_t samples_per_entry = 10;

  std::array<Place, rows> places_of(std::uint64_t hash) const {
    std::array<Place, rows> places;
    std::uint64_t mixed = hash;
    for (Place& place : places) {
      mixed = mix_bits(mixed + 0x9e37'79b9'7f4a'7c15);
      place = {mixed % table_.size(), static_cast<unsigned>(mixed >> 60) * 4};
    }
    return places;
  }

  std::vector<std::uint64_t> table_ = std::vector<std::uint64_t>(64);  // a power of two, sixteen counters a word
  std::uint64_t added_ = 0;
};

}  // namespace contend::cache
