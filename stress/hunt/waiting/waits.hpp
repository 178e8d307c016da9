#pragma once

#include <pthread.h>
#include <semaphore.h>

#include <cstdint>

#include "stress/hunt/waiting/locks.hpp"

namespace contend::hunt {

// Semaphores, barriers, what is done once, futexes and time. Answers as those of the C library or the kernel.

int wait_at_semaphore(sem_t* semaphore, Patience patience);  // 0 or an error number
void post_semaphore(sem_t* semaphore);

void make_barrier(pthread_barrier_t* barrier, unsigned count);
int wait_at_barrier(pthread_barrier_t* barrier);
void forget_barrier(pthread_barrier_t* barrier);

// Whether the caller is the one who does it; it then calls one_is_done(), or one_has_failed().
bool do_once(const volatile void* what, volatile std::uint8_t* done, volatile std::uint8_t* busy);
void one_is_done(const volatile void* what, volatile std::uint8_t* done, volatile std::uint8_t* busy);
void one_has_failed(const volatile void* what, volatile std::uint8_t* busy);

// Negative error numbers.
long wait_at_futex(const volatile std::uint32_t* word, std::uint32_t expected, Patience patience, std::uint32_t bits);
long wake_futex(const volatile std::uint32_t* word, std::uint32_t most, std::uint32_t bits);

std::uint64_t virtual_now_ns();
void sleep_until(std::uint64_t deadline_ns);

}  // namespace contend::hunt
