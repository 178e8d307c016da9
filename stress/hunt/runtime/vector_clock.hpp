#pragma once

#include <cstdint>

namespace contend::hunt {

// How many threads an execution can tell apart at one time. A thread that has ended gives its lane to one that is created
// by somebody who knows of its end, so programs may have thousands one after another.
inline constexpr std::uint32_t most_lanes = 128;

// How far each lane had come when something happened, as known to whoever holds the clock.
struct VectorClock {
  std::uint32_t of_lane[most_lanes];

  void clear(std::uint32_t lanes) {
    for (std::uint32_t lane = 0; lane < lanes; ++lane) of_lane[lane] = 0;
  }
  void copy(const VectorClock& other, std::uint32_t lanes) {
    for (std::uint32_t lane = 0; lane < lanes; ++lane) of_lane[lane] = other.of_lane[lane];
  }
  void join(const VectorClock& other, std::uint32_t lanes) {
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      if (other.of_lane[lane] > of_lane[lane]) of_lane[lane] = other.of_lane[lane];
    }
  }
};

}  // namespace contend::hunt
