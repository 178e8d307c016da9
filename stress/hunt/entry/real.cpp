#include "stress/hunt/entry/real.hpp"

#include <dlfcn.h>

#include "stress/hunt/runtime/platform.hpp"

namespace contend::hunt {
namespace {

struct Functions {
  Real real;
  bool ready;
};
HUNT_STATE constinit Functions functions{};

template <class Function>
void find(Function& function, const char* name, const char* version = nullptr) {
  void* symbol = version != nullptr ? dlvsym(RTLD_NEXT, name, version) : nullptr;
  if (symbol == nullptr) symbol = dlsym(RTLD_NEXT, name);
  function = reinterpret_cast<Function>(symbol);
}

// Conditions have an older interface under the same names.
constexpr const char* of_conditions = "GLIBC_2.3.2";

void find_all(Real& real) {
#define FIND(name) find(real.name, #name)
  FIND(pthread_create);
  FIND(pthread_join);
  FIND(pthread_detach);
  FIND(pthread_self);
  FIND(pthread_once);
  FIND(pthread_key_create);
  FIND(pthread_key_delete);
  FIND(pthread_getspecific);
  FIND(pthread_setspecific);
  FIND(pthread_mutex_init);
  FIND(pthread_mutex_destroy);
  FIND(pthread_mutex_lock);
  FIND(pthread_mutex_trylock);
  FIND(pthread_mutex_timedlock);
  FIND(pthread_mutex_clocklock);
  FIND(pthread_mutex_unlock);
  find(real.pthread_cond_wait, "pthread_cond_wait", of_conditions);
  find(real.pthread_cond_timedwait, "pthread_cond_timedwait", of_conditions);
  FIND(pthread_cond_clockwait);
  find(real.pthread_cond_signal, "pthread_cond_signal", of_conditions);
  find(real.pthread_cond_broadcast, "pthread_cond_broadcast", of_conditions);
  find(real.pthread_cond_destroy, "pthread_cond_destroy", of_conditions);
  FIND(pthread_rwlock_init);
  FIND(pthread_rwlock_rdlock);
  FIND(pthread_rwlock_tryrdlock);
  FIND(pthread_rwlock_timedrdlock);
  FIND(pthread_rwlock_clockrdlock);
  FIND(pthread_rwlock_wrlock);
  FIND(pthread_rwlock_trywrlock);
  FIND(pthread_rwlock_timedwrlock);
  FIND(pthread_rwlock_clockwrlock);
  FIND(pthread_rwlock_unlock);
  FIND(pthread_rwlock_destroy);
  FIND(pthread_barrier_init);
  FIND(pthread_barrier_wait);
  FIND(pthread_barrier_destroy);
  FIND(sem_wait);
  FIND(sem_trywait);
  FIND(sem_timedwait);
  FIND(sem_clockwait);
  FIND(sem_post);
  FIND(sem_getvalue);
#undef FIND
  find(real.thread_atexit, "__cxa_thread_atexit_impl");
  find(real.process_atexit, "__cxa_atexit");
}

}  // namespace

void* next_symbol(const char* name) {
  return dlsym(RTLD_NEXT, name);
}

const Real& real() {
  if (!functions.ready) {
    functions.ready = true;
    find_all(functions.real);
  }
  return functions.real;
}

}  // namespace contend::hunt
