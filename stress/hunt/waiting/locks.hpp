#pragma once

#include <pthread.h>

#include <cstdint>

namespace contend::hunt {

// How long a call waits: not at all, until a deadline on the virtual clock, or for ever.
struct Patience {
  bool waits = true;
  bool timed = false;
  std::uint64_t deadline_ns = 0;
};
inline constexpr Patience for_ever{};
inline constexpr Patience not_at_all{.waits = false};
inline Patience until(std::uint64_t deadline_ns) {
  return {.timed = true, .deadline_ns = deadline_ns};
}

// The answers are those of the functions of the C library.
int lock_mutex(pthread_mutex_t* mutex, Patience patience);
int unlock_mutex(pthread_mutex_t* mutex);
void forget_mutex(pthread_mutex_t* mutex);

int wait_at_condition(pthread_cond_t* condition, pthread_mutex_t* mutex, Patience patience);
void notify_condition(pthread_cond_t* condition, bool all);

// Readers come in while no writer holds the lock, as glibc's do by default, or none waits where the lock was made so.
int lock_for_reading(pthread_rwlock_t* lock, Patience patience);
int lock_for_writing(pthread_rwlock_t* lock, Patience patience);
int unlock_read_write(pthread_rwlock_t* lock);
void forget_read_write(pthread_rwlock_t* lock);

}  // namespace contend::hunt
