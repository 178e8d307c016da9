#pragma once

#include <thread>

namespace contend {

// Tells the core that this is a spin loop: it saves power and lets a sibling hardware thread run.
inline void cpu_relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Bounded exponential back-off for retry loops: doubles the spin each time, and beyond the limit gives the core away,
// so that a preempted lock holder can run even when there are more threads than cores.
class Backoff {
 public:
  void pause() noexcept {
    if (spins_ > spin_limit) {
      std::this_thread::yield();
      return;
    }
    for (int i = 0; i < spins_; ++i) cpu_relax();
    spins_ *= 2;
  }

 private:
  static constexpr int spin_limit = 256;
  int spins_ = 1;
};

}  // namespace contend
