#include "stress/hunt/waiting/locks.hpp"

#include <errno.h>

#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/waiting/lock_order.hpp"
#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {
namespace {

int kind_of(const pthread_mutex_t* mutex) {
  return mutex->__data.__kind & 3;
}

// Waits until somebody wakes whoever waits for the object; false: the time was up.
bool wait_for(const volatile void* address, Act act, Patience patience, Thread* owner) {
  return !block(act, address, patience.timed, patience.deadline_ns, owner);
}

bool is_for_ever(Patience patience) {
  return patience.waits && !patience.timed;
}

int take_mutex(pthread_mutex_t* mutex, Patience patience) {
  Thread& self = *scheduler.current;
  if (is_for_ever(patience)) lock_is_wanted(self, mutex);
  for (;;) {
    Object& object = object_at(mutex, ObjectKind::mutex);
    if (object.owner == nullptr) {
      object.owner = &self;
      object.depth = 1;
      acquire(object);
      lock_is_held(self, mutex);
      return 0;
    }
    if (!patience.waits) return EBUSY;
    if (!wait_for(mutex, Act::lock, patience, object.owner)) return ETIMEDOUT;
  }
}

// Such a lock lets no reader in while a writer waits, not even one who holds it already.
bool prefers_writers(const pthread_rwlock_t* lock) {
  return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

// Answers how often its owner had locked it.
std::uint32_t give_mutex_up(pthread_mutex_t* mutex, Object& object) {
  const std::uint32_t depth = object.depth;
  object.depth = 0;
  object.owner = nullptr;
  lock_is_given_up(*scheduler.current, mutex);
  release(object);
  wake(mutex, most_alive);
  return depth;
}

}  // namespace

int lock_mutex(pthread_mutex_t* mutex, Patience patience) {
  Thread& self = *scheduler.current;
  point(Act::lock, mutex, true);
  Object& object = object_at(mutex, ObjectKind::mutex);
  if (object.owner == &self) {
    const int kind = kind_of(mutex);
    if (kind == PTHREAD_MUTEX_RECURSIVE) {
      ++object.depth;
      return 0;
    }
    if (kind == PTHREAD_MUTEX_ERRORCHECK) return EDEADLK;
  }
  return take_mutex(mutex, patience);
}

int unlock_mutex(pthread_mutex_t* mutex) {
  point(Act::unlock, mutex, true);
  Object& object = object_at(mutex, ObjectKind::mutex);
  if (object.owner != scheduler.current) {
    if (kind_of(mutex) == PTHREAD_MUTEX_ERRORCHECK) return EPERM;
    found(FindingKind::lock_misuse, address_of(mutex),
          object.owner == nullptr ? "a mutex is unlocked that nobody has locked"
                                  : "a mutex is unlocked that another thread has locked");
  }
  if (object.depth > 1) {
    --object.depth;
  } else {
    give_mutex_up(mutex, object);
  }
  return 0;
}

void forget_mutex(pthread_mutex_t* mutex) {
  const Object* const object = find_object(mutex, ObjectKind::mutex);
  if (object != nullptr && object->owner != nullptr) {
    found(FindingKind::lock_misuse, address_of(mutex), "a mutex is destroyed while it is locked");
  }
  forget_object(mutex, ObjectKind::mutex);
}

int wait_at_condition(pthread_cond_t* condition, pthread_mutex_t* mutex, Patience patience) {
  Thread& self = *scheduler.current;
  point(Act::wait, condition, true);
  Object& object = object_at(mutex, ObjectKind::mutex);
  if (object.owner != &self) {
    found(FindingKind::lock_misuse, address_of(condition), "a thread waits at a condition without the mutex");
  }
  const std::uint32_t depth = give_mutex_up(mutex, object);
  if (scheduler.plan.recording) record_event(self, Act::unlock, mutex);
  bool timed_out = false;
  if (scheduler.plan.may.spurious && choose_fault(16)) {
    yield_point();
  } else {
    timed_out = block(Act::wait, condition, patience.timed, patience.deadline_ns);
  }
  take_mutex(mutex, for_ever);
  if (scheduler.plan.recording) record_event(self, Act::lock, mutex);
  object_at(mutex, ObjectKind::mutex).depth = depth;
  return timed_out ? ETIMEDOUT : 0;
}

void notify_condition(pthread_cond_t* condition, bool all) {
  point(Act::notify, condition, true);
  wake(condition, all ? most_alive : 1);
}

int lock_for_reading(pthread_rwlock_t* lock, Patience patience) {
  Thread& self = *scheduler.current;
  point(Act::read_lock, lock, true);
  if (is_for_ever(patience)) lock_is_wanted(self, lock);
  for (;;) {
    Object& object = object_at(lock, ObjectKind::read_write_lock);
    if (object.owner == nullptr && (object.writers_waiting == 0 || !prefers_writers(lock))) {
      ++object.readers;
      acquire(object);
      lock_is_held(self, lock);
      return 0;
    }
    if (!patience.waits) return EBUSY;
    if (object.owner == &self) return EDEADLK;
    if (!wait_for(lock, Act::read_lock, patience, object.owner)) return ETIMEDOUT;
  }
}

int lock_for_writing(pthread_rwlock_t* lock, Patience patience) {
  Thread& self = *scheduler.current;
  point(Act::lock, lock, true);
  if (is_for_ever(patience)) lock_is_wanted(self, lock);
  for (;;) {
    Object& object = object_at(lock, ObjectKind::read_write_lock);
    if (object.owner == nullptr && object.readers == 0) {
      object.owner = &self;
      acquire(object);
      lock_is_held(self, lock);
      self.clock.join(object.released_by_readers, scheduler.lanes);
      return 0;
    }
    if (!patience.waits) return EBUSY;
    if (object.owner == &self) return EDEADLK;
    ++object.writers_waiting;
    const bool in_time = wait_for(lock, Act::lock, patience, object.owner);
    --object_at(lock, ObjectKind::read_write_lock).writers_waiting;
    if (in_time) continue;
    wake(lock, most_alive);  // readers who have waited for this one
    return ETIMEDOUT;
  }
}

int unlock_read_write(pthread_rwlock_t* lock) {
  Thread& self = *scheduler.current;
  point(Act::unlock, lock, true);
  lock_is_given_up(self, lock);
  Object& object = object_at(lock, ObjectKind::read_write_lock);
  if (object.owner == &self) {
    object.owner = nullptr;
    release(object);
    wake(lock, most_alive);
  } else if (object.readers > 0) {
    --object.readers;
    object.released_by_readers.join(self.clock, scheduler.lanes);
    advance_clock(self);
    if (object.readers == 0) wake(lock, most_alive);
  } else {
    found(FindingKind::lock_misuse, address_of(lock), "a lock for readers and writers is unlocked that nobody holds");
  }
  return 0;
}

void forget_read_write(pthread_rwlock_t* lock) {
  forget_object(lock, ObjectKind::read_write_lock);
}

}  // namespace contend::hunt
