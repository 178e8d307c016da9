#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace contend {

// Service or response times, log-linear: 32 equal buckets to a doubling, so an error under 3 %. Belongs to one thread;
// 10 kB.
class TimeHistogram {
 public:
  void add(std::int64_t ns) { ++counts_[bucket(static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)))]; }
  void merge(const TimeHistogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  // Buckets that are not empty, with their counts; and back.
  std::vector<std::pair<std::size_t, std::uint64_t>> buckets() const {
    std::vector<std::pair<std::size_t, std::uint64_t>> filled;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0) filled.emplace_back(i, counts_[i]);
    }
    return filled;
  }
  void add_to_bucket(std::size_t bucket, std::uint64_t count) { counts_[std::min(bucket, bucket_count - 1)] += count; }
  // For a curve: upper bounds in ns with how many times lie below, and not below the bound before; 8 buckets to a
  // doubling, without the empty ones.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> curve() const {
    constexpr std::size_t joined = 4;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> filled;
    for (std::size_t i = 0; i < counts_.size(); i += joined) {
      std::uint64_t count = 0;
      for (std::size_t k = i; k < i + joined; ++k) count += counts_[k];
      if (count > 0) filled.emplace_back(upper_ns(i + joined - 1), count);
    }
    return filled;
  }
  std::uint64_t total() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }
  // Up to which quantile ten samples lie beyond; 0 where there are fewer than ten.
  double known_to() const {
    const auto all = static_cast<double>(total());
    return all < 10 ? 0 : 1 - 10 / all;
  }
  // 0 where fewer than ten samples lie beyond the quantile.
  double quantile(double q) const {
    const std::uint64_t all = total();
    if (static_cast<double>(all) * (1 - q) < 10) return 0;
    const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(all));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return middle_ns(i);
    }
    return 0;
  }

 private:
  // Up to 31 ns one bucket a nanosecond; from there on the five bits below the highest.
  static std::size_t bucket(std::uint64_t ns) {
    if (ns < 32) return ns;
    const auto shift = static_cast<std::size_t>(std::bit_width(ns)) - 6;
    return std::min(32 * (shift + 1) + static_cast<std::size_t>((ns >> shift) - 32), bucket_count - 1);
  }
  static double middle_ns(std::size_t bucket) {
    if (bucket < 32) return static_cast<double>(bucket);
    const std::size_t shift = bucket / 32 - 1;
    return std::ldexp(static_cast<double>(bucket % 32) + 32.5, static_cast<int>(shift));
  }
  static std::uint64_t upper_ns(std::size_t bucket) {
    return bucket < 32 ? bucket + 1 : (bucket % 32 + 33) << (bucket / 32 - 1);
  }
  static constexpr std::size_t bucket_count = 32 * 40;
  std::array<std::uint64_t, bucket_count> counts_{};
};

}  // namespace contend
