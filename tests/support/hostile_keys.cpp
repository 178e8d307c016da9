#include "tests/support/hostile_keys.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <unordered_set>

namespace contend {
namespace {

// Of an odd number, modulo 2^64, by Newton's method.
constexpr std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t inverse = odd;
  for (int step = 0; step < 6; ++step) inverse *= 2 - odd * inverse;
  return inverse;
}

constexpr std::uint64_t murmur2 = 0xc6a4a7935bd1e995ULL;

// What MurmurHash2 does with eight bytes before it takes them in, and back again.
constexpr std::uint64_t scrambled(std::uint64_t block) {
  block *= murmur2;
  return (block ^ (block >> 47)) * murmur2;
}
constexpr std::uint64_t unscrambled(std::uint64_t block) {
  block *= inverse(murmur2);
  return (block ^ (block >> 47)) * inverse(murmur2);
}
static_assert(unscrambled(scrambled(12345)) == 12345);

constexpr std::uint64_t unmixed(std::uint64_t mixed) {  // the inverse of mix_bits
  mixed ^= mixed >> 33;
  mixed *= inverse(0xc4ceb9fe1a85ec53ULL);
  mixed ^= mixed >> 33;
  mixed *= inverse(0xff51afd7ed558ccdULL);
  return mixed ^ (mixed >> 33);
}

// Of all threads, so that it does not matter who else is on the machine.
double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

template <class Keys>
double best_seconds(const std::function<void(const Keys&)>& work, const Keys& keys) {
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    const double start = cpu_seconds();
    work(keys);
    best = std::min(best, cpu_seconds() - start);
  }
  return best;
}

template <class Keys>
void expect_alike(const std::function<void(const Keys&)>& work, const Keys& usual, const Keys& hostile) {
  const double usual_seconds = best_seconds(work, usual);
  const double hostile_seconds = best_seconds(work, hostile);
  EXPECT_LT(hostile_seconds, 10 * usual_seconds)
      << fmt::format("{} keys took {:.3g} ms, and as many hostile ones {:.3g} ms", usual.size(), usual_seconds * 1e3,
                     hostile_seconds * 1e3);
}

}  // namespace

std::vector<std::string> hostile_keys(std::size_t count) {
  constexpr std::uint64_t seed = 0xc70f6907;  // libstdc++'s
  constexpr std::uint64_t start = seed ^ (16 * murmur2);
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    // The first block is free; the second leads to the same state whatever the first was.
    const std::uint64_t after_first = (start ^ scrambled(i)) * murmur2;
    const std::uint64_t blocks[2] = {i, unscrambled(after_first ^ 42)};
    keys.emplace_back(16, '\0');
    std::memcpy(keys.back().data(), blocks, sizeof blocks);
  }
  return keys;
}

std::vector<std::uint64_t> hostile_multiples(std::size_t count) {
  std::vector<std::uint64_t> numbers;
  std::unordered_set<std::uint64_t> table;
  table.reserve(count);
  for (std::uint64_t i = 1; i <= count; ++i) numbers.push_back(i * table.bucket_count());
  return numbers;
}

std::vector<std::uint64_t> hostile_mixtures(std::size_t count) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 1; i <= count; ++i) numbers.push_back(unmixed(i << 32));
  return numbers;
}

void expect_hostile_keys_cost_what_others_do(std::size_t count,
                                             const std::function<void(const std::vector<std::string>&)>& work) {
  std::vector<std::string> usual;
  for (std::size_t i = 0; i < count; ++i) usual.push_back(fmt::format("usual key {:06}", i));
  expect_alike(work, usual, hostile_keys(count));
}

void expect_hostile_numbers_cost_what_others_do(std::size_t count,
                                                const std::function<void(const std::vector<std::uint64_t>&)>& work) {
  std::vector<std::uint64_t> usual;
  for (std::uint64_t i = 1; i <= count; ++i) usual.push_back(i * 1'000'003);
  expect_alike(work, usual, hostile_multiples(count));
  expect_alike(work, usual, hostile_mixtures(count));
}

}  // namespace contend
