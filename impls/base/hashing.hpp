#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace contend {

// Spreads every input bit over the result (the finaliser of MurmurHash3, Austin Appleby, public domain): stripe
// indices come from the low bits, hash tables use the rest.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

inline std::uint64_t hash_bytes(std::string_view bytes) {
  return std::hash<std::string_view>{}(bytes);
}

// A hasher that lets containers of std::string be searched by std::string_view without making a string.
struct BytesHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view bytes) const { return hash_bytes(bytes); }
};

}  // namespace contend
