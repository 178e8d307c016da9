// Threads, locks and conditions of the C library: while something is explored the runtime's, else the real ones. The
// standard library and those that come compiled reach them by the same names.

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "stress/hunt/entry/clocks.hpp"
#include "stress/hunt/entry/real.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/runtime/threads.hpp"
#include "stress/hunt/waiting/objects.hpp"
#include "stress/hunt/waiting/waits.hpp"

namespace hunt = contend::hunt;
using hunt::for_ever;
using hunt::not_at_all;
using hunt::real;
using hunt::until;

namespace {

inline bool explored() {
  return hunt::scheduler.current != nullptr;
}

// Who runs threads of its own, and is not compiled for the hunt, orders them in ways that are not seen: loads see the latest
// store from then on, or they would seem to miss what was handed to them.
bool is_of_tbb(void* (*start)(void*)) {
  Dl_info information{};
  return dladdr(reinterpret_cast<void*>(start), &information) != 0 && information.dli_fname != nullptr &&
         strstr(information.dli_fname, "libtbb") != nullptr;
}

}  // namespace

extern "C" {

// --- threads

int pthread_create(pthread_t* made, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) noexcept {
  if (!explored()) return real().pthread_create(made, attributes, start, argument);
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  if (hunt::scheduler.plan.may.weak && is_of_tbb(start)) hunt::scheduler.plan.may.weak = false;
  hunt::Thread& thread = hunt::new_thread(start, argument);
  thread.detached = state == PTHREAD_CREATE_DETACHED;
  *made = thread.home->pthread;
  hunt::point(hunt::Act::create, &thread, false);
  return 0;
}
int pthread_join(pthread_t thread, void** result) {
  return explored() ? hunt::join_thread(thread, result) : real().pthread_join(thread, result);
}
int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
  return explored() ? hunt::join_thread(thread, result, false) : EBUSY;
}
int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* time) {
  if (!explored()) return real().pthread_join(thread, result);
  return hunt::join_thread(thread, result, true, time != nullptr, time != nullptr ? hunt::nanoseconds(*time) : 0);
}
int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t, const timespec* time) {
  return pthread_timedjoin_np(thread, result, time);
}
int pthread_detach(pthread_t thread) noexcept {
  return explored() ? hunt::detach_thread(thread) : real().pthread_detach(thread);
}
void pthread_exit(void*) {
  if (explored()) hunt::unsupported("pthread_exit()");
  __builtin_trap();
}
int pthread_cancel(pthread_t) {
  if (explored()) hunt::unsupported("pthread_cancel()");
  return ENOSYS;
}
int pthread_kill(pthread_t, int) noexcept {
  if (explored()) hunt::unsupported("pthread_kill()");
  return ENOSYS;
}

// --- values of threads

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
  return explored() ? hunt::create_key(key, destructor) : real().pthread_key_create(key, destructor);
}
int pthread_key_delete(pthread_key_t key) noexcept {
  return explored() ? hunt::delete_key(key) : real().pthread_key_delete(key);
}
void* pthread_getspecific(pthread_key_t key) noexcept {
  return explored() ? hunt::value_of_key(key) : real().pthread_getspecific(key);
}
int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  return explored() ? hunt::set_value_of_key(key, value) : real().pthread_setspecific(key, value);
}
int pthread_once(pthread_once_t* once, void (*function)()) {
  if (!explored()) return real().pthread_once(once, function);
  auto* const bytes = reinterpret_cast<volatile std::uint8_t*>(once);
  constexpr std::uint8_t done_by_c_library = 2;
  if (bytes[0] == done_by_c_library) return 0;
  if (!hunt::do_once(once, bytes + 1, bytes + 2)) return 0;
  try {
    function();
  } catch (...) {
    hunt::one_has_failed(once, bytes + 2);
    throw;
  }
  hunt::one_is_done(once, bytes + 1, bytes + 2);
  return 0;
}

// --- mutexes

int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) noexcept {
  if (explored()) hunt::forget_mutex(mutex);
  return real().pthread_mutex_init(mutex, attributes);
}
int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  if (!explored()) return real().pthread_mutex_destroy(mutex);
  hunt::forget_mutex(mutex);
  return 0;
}
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  return explored() ? hunt::lock_mutex(mutex, for_ever) : real().pthread_mutex_lock(mutex);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  return explored() ? hunt::lock_mutex(mutex, not_at_all) : real().pthread_mutex_trylock(mutex);
}
int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* time) noexcept {
  return explored() ? hunt::lock_mutex(mutex, until(hunt::nanoseconds(*time)))
                    : real().pthread_mutex_timedlock(mutex, time);
}
int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* time) noexcept {
  return explored() ? hunt::lock_mutex(mutex, until(hunt::nanoseconds(*time)))
                    : real().pthread_mutex_clocklock(mutex, clock, time);
}
int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  return explored() ? hunt::unlock_mutex(mutex) : real().pthread_mutex_unlock(mutex);
}

// --- conditions

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return explored() ? hunt::wait_at_condition(condition, mutex, for_ever) : real().pthread_cond_wait(condition, mutex);
}
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* time) {
  return explored() ? hunt::wait_at_condition(condition, mutex, until(hunt::nanoseconds(*time)))
                    : real().pthread_cond_timedwait(condition, mutex, time);
}
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* time) {
  return explored() ? hunt::wait_at_condition(condition, mutex, until(hunt::nanoseconds(*time)))
                    : real().pthread_cond_clockwait(condition, mutex, clock, time);
}
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (!explored()) return real().pthread_cond_signal(condition);
  hunt::notify_condition(condition, false);
  return 0;
}
int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (!explored()) return real().pthread_cond_broadcast(condition);
  hunt::notify_condition(condition, true);
  return 0;
}
int pthread_cond_destroy(pthread_cond_t* condition) noexcept {
  return explored() ? 0 : real().pthread_cond_destroy(condition);
}

// --- locks for readers and writers

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) noexcept {
  if (explored()) hunt::forget_read_write(lock);
  return real().pthread_rwlock_init(lock, attributes);
}
int pthread_rwlock_destroy(pthread_rwlock_t* lock) noexcept {
  if (!explored()) return real().pthread_rwlock_destroy(lock);
  hunt::forget_read_write(lock);
  return 0;
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  return explored() ? hunt::lock_for_reading(lock, for_ever) : real().pthread_rwlock_rdlock(lock);
}
int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  return explored() ? hunt::lock_for_reading(lock, not_at_all) : real().pthread_rwlock_tryrdlock(lock);
}
int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* time) noexcept {
  return explored() ? hunt::lock_for_reading(lock, until(hunt::nanoseconds(*time)))
                    : real().pthread_rwlock_timedrdlock(lock, time);
}
int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* time) noexcept {
  return explored() ? hunt::lock_for_reading(lock, until(hunt::nanoseconds(*time)))
                    : real().pthread_rwlock_clockrdlock(lock, clock, time);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  return explored() ? hunt::lock_for_writing(lock, for_ever) : real().pthread_rwlock_wrlock(lock);
}
int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  return explored() ? hunt::lock_for_writing(lock, not_at_all) : real().pthread_rwlock_trywrlock(lock);
}
int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* time) noexcept {
  return explored() ? hunt::lock_for_writing(lock, until(hunt::nanoseconds(*time)))
                    : real().pthread_rwlock_timedwrlock(lock, time);
}
int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* time) noexcept {
  return explored() ? hunt::lock_for_writing(lock, until(hunt::nanoseconds(*time)))
                    : real().pthread_rwlock_clockwrlock(lock, clock, time);
}
int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  return explored() ? hunt::unlock_read_write(lock) : real().pthread_rwlock_unlock(lock);
}

// --- spin locks and barriers

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  if (!explored()) {
    while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0) {
    }
    return 0;
  }
  while (pthread_spin_trylock(lock) != 0) hunt::yield_point();
  return 0;
}
int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  if (!explored()) return __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0 ? EBUSY : 0;
  hunt::point(hunt::Act::lock, lock, true);
  if (*lock != 0) return EBUSY;
  *lock = 1;
  hunt::acquire(hunt::object_at(lock, hunt::ObjectKind::order));
  return 0;
}
int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  if (!explored()) {
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
    return 0;
  }
  hunt::point(hunt::Act::unlock, lock, true);
  hunt::release(hunt::object_at(lock, hunt::ObjectKind::order));
  *lock = 0;
  return 0;
}
int pthread_spin_init(pthread_spinlock_t* lock, int) noexcept {
  *lock = 0;
  return 0;
}

int pthread_spin_destroy(pthread_spinlock_t*) noexcept {
  return 0;
}

int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* attributes, unsigned count) noexcept {
  if (!explored()) return real().pthread_barrier_init(barrier, attributes, count);
  if (count == 0) return EINVAL;
  hunt::make_barrier(barrier, count);
  return 0;
}
int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  return explored() ? hunt::wait_at_barrier(barrier) : real().pthread_barrier_wait(barrier);
}
int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  if (!explored()) return real().pthread_barrier_destroy(barrier);
  hunt::forget_barrier(barrier);
  return 0;
}

}  // extern "C"
