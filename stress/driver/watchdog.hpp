#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace contend {

// Exit code of a process whose watchdog found that nothing moves any more; the convention of timeout(1).
inline constexpr int exit_hang = 124;

// Turns a hang into a report. While it lives, a thread of its own looks at the lock waits. When the same cycle of waits
// goes on, or the watchdog has lived for `patience`, it prints to standard error who waits for which lock held by whom,
// the cycle if there is one, and `context` (what ran, the seed, how to repeat it), and ends the process with exit_hang.
class Watchdog {
 public:
  Watchdog(std::string context, std::chrono::milliseconds patience);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch(const std::stop_token& stop);

  const std::string context_;
  const std::chrono::milliseconds patience_;
  std::jthread thread_;  // last: starts when all else stands
};

// How a child process ended that ran something which may hang or crash.
struct ChildEnd {
  int exit_code = 0;  // -1: ended by a signal
  int signal = 0;
  std::string output;  // standard error
};

// Runs `body` in a forked child, its standard error captured, killed after `limit`. The child exits with what `body`
// returns. The caller should have no other threads.
ChildEnd run_in_child(const std::function<int()>& body, std::chrono::milliseconds limit);

}  // namespace contend
