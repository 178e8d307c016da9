#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "impls/sync/lock_waits.hpp"
#include "impls/sync/thread_annotations.hpp"

namespace contend {

// std::mutex with three additions: clang checks what it guards, a hang report can name it, and a thread spins for a
// moment before it sleeps (the critical sections of this project are shorter than a system call).
// Not recursive. The label costs 16 bytes.
class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  explicit Mutex(LockLabel label) noexcept : label_(label) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() ACQUIRE() {
    if (!inner_.try_lock()) lock_contended();
  }
  bool try_lock() TRY_ACQUIRE(true) { return inner_.try_lock(); }
  void unlock() RELEASE() { inner_.unlock(); }

 private:
  friend class ConditionVariable;
  void lock_contended();

  std::mutex inner_;
  LockLabel label_;
};

// A readers-writer lock with the same additions, except the spin. Prefers writers, where std::shared_mutex leaves it to
// the platform (glibc's lets new readers pass a waiting writer, which then may wait for ever): once a writer waits, new
// readers wait behind it, so it waits for the readers that are in and for the writers before it. Readers may wait as long
// as writers follow each other. A thread that holds it shared may not lock it again. A hang report names the writer that
// holds it, but not the readers.
class CAPABILITY("shared_mutex") SharedMutex {
 public:
  explicit SharedMutex(LockLabel label = {}) noexcept;
  ~SharedMutex();
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void lock() ACQUIRE() {
    if (!try_lock()) lock_contended();
  }
  bool try_lock() TRY_ACQUIRE(true) { return pthread_rwlock_trywrlock(&inner_) == 0; }
  void unlock() RELEASE() { pthread_rwlock_unlock(&inner_); }
  void lock_shared() ACQUIRE_SHARED() {
    if (!try_lock_shared()) lock_shared_contended();
  }
  bool try_lock_shared() TRY_ACQUIRE_SHARED(true) { return pthread_rwlock_tryrdlock(&inner_) == 0; }
  void unlock_shared() RELEASE_SHARED() { pthread_rwlock_unlock(&inner_); }

 private:
  void lock_contended();
  void lock_shared_contended();

  pthread_rwlock_t inner_;
  LockLabel label_;
};

// Holds a Mutex for a scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  // Takes over a Mutex that the caller holds, after a successful try_lock.
  MutexLock(Mutex& mutex, std::adopt_lock_t) REQUIRES(mutex) : mutex_(mutex) {}
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Holds a SharedMutex exclusively for a scope.
class SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~WriterLock() RELEASE() { mutex_.unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Holds a SharedMutex for a scope, shared with other readers.
class SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) ACQUIRE_SHARED(mutex) : mutex_(mutex) { mutex_.lock_shared(); }
  ~ReaderLock() RELEASE_GENERIC() { mutex_.unlock_shared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Waits under a Mutex. Spurious wake-ups happen: wait in a loop on the condition itself, which also lets the
// thread-safety analysis see that the condition is read under the lock.
class ConditionVariable {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock lock(mutex.inner_, std::adopt_lock);
    inner_.wait(lock);
    lock.release();
  }
  // Returns also when the time has come.
  void wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) {
    std::unique_lock lock(mutex.inner_, std::adopt_lock);
    inner_.wait_until(lock, deadline);
    lock.release();
  }
  void notify_one() noexcept { inner_.notify_one(); }
  void notify_all() noexcept { inner_.notify_all(); }

 private:
  std::condition_variable inner_;
};

}  // namespace contend
