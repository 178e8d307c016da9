#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bench/workload/zipf.hpp"

namespace contend::rate_limiter {

// Who asks, and how often: `keys` clients by Zipf's law, or the clients of a real log (see popularity.cpp) where `keys` is
// 0. Kept until the process ends; for one thread.
class Population {
 public:
  Population(std::size_t keys, double zipf_exponent);

  std::size_t size() const { return names_.size(); }
  const std::string& name(std::size_t client) const { return names_[client]; }
  template <class Random>
  std::size_t draw(Random& random) const {
    return from_log_ ? of_log_(random) : ranks_(random);
  }

  // The rate that each client may have at most so that `refused`, a part from 0 to 1, of all that they ask for is too much
  // when they ask for one unit in all. O(clients).
  double limit_for(double refused) const;

 private:
  const bool from_log_;
  std::vector<double> parts_;  // of all requests, by client
  std::vector<std::string> names_;
  const ZipfRanks& ranks_;
  mutable std::discrete_distribution<std::size_t> of_log_;
};

const Population& population(std::size_t keys, double zipf_exponent);

}  // namespace contend::rate_limiter
