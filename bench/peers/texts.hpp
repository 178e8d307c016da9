#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "impls/base/hashing.hpp"

namespace contend {

// In place where that holds no more memory than it is worth.
inline void replace_text(std::string& place, std::string_view text) {
  if (place.capacity() > 1024 && place.capacity() / 4 > text.size()) {
    std::string(text).swap(place);  // an assignment would keep the old memory
  } else {
    place.assign(text);
  }
}

// A key whose hash is known: one hash an operation serves for the shard and for its table.
struct HashedKey {
  explicit HashedKey(std::string_view key) : HashedKey(key, hash_bytes(key)) {}
  HashedKey(std::string_view key, std::size_t known_hash) : bytes(key), hash(known_hash) {}

  // By bits in the middle: flat tables take their groups by the highest, or the lowest but seven.
  std::size_t shard(std::size_t shards) const { return (hash >> 40) % shards; }

  std::string_view bytes;
  std::size_t hash;
};
struct KeyHash {
  using is_transparent = void;
  using is_avalanching = void;  // says to Boost that the bits are spread already

  std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
  std::size_t operator()(const HashedKey& key) const { return key.hash; }
};
struct KeyEqual {
  using is_transparent = void;

  static std::string_view bytes_of(std::string_view key) { return key; }
  static std::string_view bytes_of(const HashedKey& key) { return key.bytes; }
  bool operator()(const auto& a, const auto& b) const { return bytes_of(a) == bytes_of(b); }
};

}  // namespace contend
