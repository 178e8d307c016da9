#pragma once

#include <atomic>

#include "impls/sync/backoff.hpp"
#include "impls/sync/thread_annotations.hpp"

namespace contend {

// A lock of one byte for critical sections of some dozens of instructions, shorter than what a mutex needs to put a thread to
// sleep. Who waits reads until it is free and only then tries again ("test and test-and-set": Rudolph and Segall, 1984), and gives
// the core away after a while, so that a preempted owner can run. Not recursive, not fair, and no hang report names it: not
// for what takes long or waits for something else.
class CAPABILITY("spin_lock") SpinLock {
 public:
  SpinLock() = default;
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  void lock() noexcept ACQUIRE() {
    // (1) acquire: sees all that the owner before did until (2).
    while (taken_.exchange(true, std::memory_order_acquire)) wait();
  }
  // (2) release: the next owner sees all of this critical section at (1).
  void unlock() noexcept RELEASE() { taken_.store(false, std::memory_order_release); }

 private:
  void wait() const noexcept {
    Backoff backoff;
    // Relaxed: what was seen here is looked at again by (1).
    while (taken_.load(std::memory_order_relaxed)) backoff.pause();
  }

  std::atomic<bool> taken_{false};
};

// Holds a SpinLock for a scope.
class SCOPED_CAPABILITY SpinGuard {
 public:
  explicit SpinGuard(SpinLock& lock) ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
  ~SpinGuard() RELEASE() { lock_.unlock(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace contend
