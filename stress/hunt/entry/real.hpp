#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <cstddef>

namespace contend::hunt {

// The functions of the C library behind those that the runtime puts in their place: for the driver, and for all that is
// done while nothing is explored.
struct Real {
  decltype(&::pthread_create) pthread_create;
  decltype(&::pthread_join) pthread_join;
  decltype(&::pthread_detach) pthread_detach;
  decltype(&::pthread_self) pthread_self;
  decltype(&::pthread_once) pthread_once;
  decltype(&::pthread_key_create) pthread_key_create;
  decltype(&::pthread_key_delete) pthread_key_delete;
  decltype(&::pthread_getspecific) pthread_getspecific;
  decltype(&::pthread_setspecific) pthread_setspecific;
  decltype(&::pthread_mutex_init) pthread_mutex_init;
  decltype(&::pthread_mutex_destroy) pthread_mutex_destroy;
  decltype(&::pthread_mutex_lock) pthread_mutex_lock;
  decltype(&::pthread_mutex_trylock) pthread_mutex_trylock;
  decltype(&::pthread_mutex_timedlock) pthread_mutex_timedlock;
  decltype(&::pthread_mutex_clocklock) pthread_mutex_clocklock;
  decltype(&::pthread_mutex_unlock) pthread_mutex_unlock;
  decltype(&::pthread_cond_wait) pthread_cond_wait;
  decltype(&::pthread_cond_timedwait) pthread_cond_timedwait;
  decltype(&::pthread_cond_clockwait) pthread_cond_clockwait;
  decltype(&::pthread_cond_signal) pthread_cond_signal;
  decltype(&::pthread_cond_broadcast) pthread_cond_broadcast;
  decltype(&::pthread_cond_destroy) pthread_cond_destroy;
  decltype(&::pthread_rwlock_init) pthread_rwlock_init;
  decltype(&::pthread_rwlock_rdlock) pthread_rwlock_rdlock;
  decltype(&::pthread_rwlock_tryrdlock) pthread_rwlock_tryrdlock;
  decltype(&::pthread_rwlock_timedrdlock) pthread_rwlock_timedrdlock;
  decltype(&::pthread_rwlock_clockrdlock) pthread_rwlock_clockrdlock;
  decltype(&::pthread_rwlock_wrlock) pthread_rwlock_wrlock;
  decltype(&::pthread_rwlock_trywrlock) pthread_rwlock_trywrlock;
  decltype(&::pthread_rwlock_timedwrlock) pthread_rwlock_timedwrlock;
  decltype(&::pthread_rwlock_clockwrlock) pthread_rwlock_clockwrlock;
  decltype(&::pthread_rwlock_unlock) pthread_rwlock_unlock;
  decltype(&::pthread_rwlock_destroy) pthread_rwlock_destroy;
  decltype(&::pthread_barrier_init) pthread_barrier_init;
  decltype(&::pthread_barrier_wait) pthread_barrier_wait;
  decltype(&::pthread_barrier_destroy) pthread_barrier_destroy;
  decltype(&::sem_wait) sem_wait;
  decltype(&::sem_trywait) sem_trywait;
  decltype(&::sem_timedwait) sem_timedwait;
  decltype(&::sem_clockwait) sem_clockwait;
  decltype(&::sem_post) sem_post;
  decltype(&::sem_getvalue) sem_getvalue;
  int (*thread_atexit)(void (*)(void*), void*, void*);
  int (*process_atexit)(void (*)(void*), void*, void*);
};

// Found once; from then on reading it costs nothing.
const Real& real();
// The next definition of a name behind the program's own.
void* next_symbol(const char* name);

}  // namespace contend::hunt
