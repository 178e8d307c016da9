#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace contend {

// Ranks 0 .. n-1 with probability proportional to 1 / (rank + 1)^theta, by searching the cumulative distribution, which
// is exact for every theta >= 0; 0 is uniform. O(n) memory, O(log n) per draw.
class ZipfRanks {
 public:
  ZipfRanks(std::size_t n, double theta) {
    cumulative_.reserve(n);
    double sum = 0;
    for (std::size_t rank = 0; rank < n; ++rank) {
      sum += std::pow(static_cast<double>(rank + 1), -theta);
      cumulative_.push_back(sum);
    }
  }

  template <class Random>
  std::size_t operator()(Random& random) const {
    const double drawn = std::uniform_real_distribution<double>(0, cumulative_.back())(random);
    const auto place = std::ranges::upper_bound(cumulative_, drawn);
    return std::min(static_cast<std::size_t>(place - cumulative_.begin()), cumulative_.size() - 1);
  }

 private:
  std::vector<double> cumulative_;
};

// The same, made once for each (n, theta) and kept until the process ends. A workload that asks for it in
// `before_trials` saves each of its trials the O(n). For one thread.
const ZipfRanks& zipf(std::size_t n, double theta);

}  // namespace contend
