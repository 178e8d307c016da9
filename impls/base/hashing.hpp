#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Hashing of what may come from somebody who means harm. A table that is hashed in a known way can be filled with keys
// that all fall into one chain, and each look-up then walks it; so every hash here starts from a seed that nobody outside
// knows. The hash is XXH3 (Yann Collet), from the library xxHash: with its seed unknown no way is published to make keys
// that collide. It is not a cryptographic hash: SipHash, which is, was measured to cost 15 to 23 ns for keys of 16 to 36
// bytes where XXH3 costs 2 to 4 ns, with std::hash at 4 to 8 ns.
namespace contend {

// What the tables of this process draw their seeds from: taken from the system's randomness when the process starts, or set
// here, so that a run can be repeated. Tables that live keep theirs, and hash_bytes without a seed changes: to be called
// only when there are none and no other thread runs.
void set_hash_seed(std::uint64_t seed) noexcept;

// The seed of one more table: never the same one twice. May be called from any thread.
std::uint64_t draw_hash_seed() noexcept;

// O(size).
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept;
// With the process's seed: for stripes and owners, which must be the same in all parts of a structure.
std::uint64_t hash_bytes(std::string_view bytes) noexcept;
std::uint64_t hash_number(std::uint64_t number, std::uint64_t seed) noexcept;
std::uint64_t hash_number(std::uint64_t number) noexcept;

// A hasher with a seed of its own table, that lets containers of std::string be searched by std::string_view without making
// a string. Not noexcept, so that the standard library keeps the hashes and does not compute them again when a table grows.
class BytesHash {
 public:
  using is_transparent = void;
  std::size_t operator()(std::string_view bytes) const { return hash_bytes(bytes, seed_); }

 private:
  std::uint64_t seed_ = draw_hash_seed();
};

// The same for numbers that callers choose, such as ids.
class NumberHash {
 public:
  std::size_t operator()(std::uint64_t number) const { return hash_number(number, seed_); }

 private:
  std::uint64_t seed_ = draw_hash_seed();
};

// Spreads every input bit over the result (the finaliser of MurmurHash3, Austin Appleby, public domain). For bits that are
// hashed already, or that nobody chooses: it can be inverted.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace contend
