#pragma once

#include <cstdint>
#include <ctime>

#include "stress/driver/preempting_signal.hpp"

namespace contend {

// While it lives, the other threads of the process lose the processor at moments that chance picks, and get it back
// 50 to 200 microseconds later: a thousand times as long as most windows between two steps are open. Without it such a
// window is met only by two cores at once, and on a machine with one, or a busy one, hardly ever.
//
// Timers of the kernel send signals whose handler sleeps. Works on code as it is; where a signal lands is the kernel's
// choice (in builds with ThreadSanitizer the end of the next call that it intercepts: of a lock, an allocation), so a
// seed repeats what is tried, not what happens. The thread that makes it is spared. One at a time. Linux only, like the
// rest of the harness.
class RandomPreemption {
 public:
  explicit RandomPreemption(std::uint64_t seed);
  RandomPreemption(const RandomPreemption&) = delete;
  RandomPreemption& operator=(const RandomPreemption&) = delete;
  ~RandomPreemption();

 private:
  timer_t timers_[cores_disturbed] = {};
};

}  // namespace contend
