#include "impls/base/hashing.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <atomic>
#include <random>

namespace contend {
namespace {

std::uint64_t seed_from_the_system() {
  std::random_device system;
  return std::uint64_t{system()} << 32 | system();
}

std::uint64_t process_seed = seed_from_the_system();  // changed only while no other thread runs
std::atomic<std::uint64_t> drawn{0};                  // seeds drawn since it was set

}  // namespace

void set_hash_seed(std::uint64_t seed) noexcept {
  process_seed = seed;
  drawn = 0;
}

std::uint64_t draw_hash_seed() noexcept {
  // Relaxed: the numbers only have to differ.
  return hash_number(drawn.fetch_add(1, std::memory_order_relaxed), process_seed);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  return hash_bytes(bytes, process_seed);
}

std::uint64_t hash_number(std::uint64_t number, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(&number, sizeof number, seed);
}

std::uint64_t hash_number(std::uint64_t number) noexcept {
  return hash_number(number, process_seed);
}

}  // namespace contend
