#include "stress/hunt/waiting/waits.hpp"

#include <errno.h>

#include "stress/hunt/atomics/operations.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {
namespace {

// The count stands where the C library has it, so that sem_getvalue() and copies see it.
volatile std::uint32_t& count_of(sem_t* semaphore) {
  return *reinterpret_cast<volatile std::uint32_t*>(semaphore);
}

constexpr std::uint64_t time_to_look_ns = 100;

}  // namespace

int wait_at_semaphore(sem_t* semaphore, Patience patience) {
  point(Act::wait, semaphore, true);
  while (count_of(semaphore) == 0) {
    if (!patience.waits) return EAGAIN;
    if (block(Act::wait, semaphore, patience.timed, patience.deadline_ns)) return ETIMEDOUT;
  }
  count_of(semaphore) = count_of(semaphore) - 1;
  acquire(object_at(semaphore, ObjectKind::semaphore));
  return 0;
}

void post_semaphore(sem_t* semaphore) {
  point(Act::notify, semaphore, true);
  release_too(object_at(semaphore, ObjectKind::semaphore));
  count_of(semaphore) = count_of(semaphore) + 1;
  wake(semaphore, most_alive);
}

void make_barrier(pthread_barrier_t* barrier, unsigned count) {
  forget_object(barrier, ObjectKind::barrier);
  Object& object = object_at(barrier, ObjectKind::barrier);
  object.count = count;
}

int wait_at_barrier(pthread_barrier_t* barrier) {
  point(Act::wait, barrier, true);
  Object& object = object_at(barrier, ObjectKind::barrier);
  release_too(object);
  const std::uint32_t generation = object.generation;
  if (++object.readers == object.count) {
    object.readers = 0;
    ++object.generation;
    wake(barrier, most_alive);
    acquire(object);
    return PTHREAD_BARRIER_SERIAL_THREAD;
  }
  while (object.generation == generation) block(Act::wait, barrier);
  acquire(object);
  return 0;
}

void forget_barrier(pthread_barrier_t* barrier) {
  forget_object(barrier, ObjectKind::barrier);
}

bool do_once(const volatile void* what, volatile std::uint8_t* done, volatile std::uint8_t* busy) {
  if (*done == 0) {
    point(Act::once, what, true);
    while (*busy != 0 && *done == 0) block(Act::once, what);
  }
  if (*done != 0) {
    acquire(object_at(what, ObjectKind::once));
    return false;
  }
  *busy = 1;
  return true;
}

void one_is_done(const volatile void* what, volatile std::uint8_t* done, volatile std::uint8_t* busy) {
  // Compilers look at the byte themselves, by an atomic load, before they ask.
  release_store(object_at(done, ObjectKind::atomic), release_order, false);
  release(object_at(what, ObjectKind::once));
  *done = 1;
  *busy = 0;
  wake(what, most_alive);
}

void one_has_failed(const volatile void* what, volatile std::uint8_t* busy) {
  *busy = 0;
  wake(what, most_alive);
}

long wait_at_futex(const volatile std::uint32_t* word, std::uint32_t expected, Patience patience, std::uint32_t bits) {
  Thread& self = *scheduler.current;
  point(Act::wait, word, false);
  if (*word != expected) return -EAGAIN;
  self.wake_bits = bits;
  const bool timed_out = block(Act::wait, word, patience.timed, patience.deadline_ns);
  self.wake_bits = ~0u;
  return timed_out ? -ETIMEDOUT : 0;
}

long wake_futex(const volatile std::uint32_t* word, std::uint32_t most, std::uint32_t bits) {
  point(Act::notify, word, true);
  return wake(word, most < most_alive ? most : most_alive, bits);
}

std::uint64_t virtual_now_ns() {
  scheduler.now_ns += time_to_look_ns;
  return scheduler.now_ns;
}

void sleep_until(std::uint64_t deadline_ns) {
  block(Act::sleep, nullptr, true, deadline_ns);
}

}  // namespace contend::hunt
