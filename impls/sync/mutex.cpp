#include "impls/sync/mutex.hpp"

#include "impls/sync/backoff.hpp"

namespace contend {
namespace {

// glibc keeps the owner's thread id inside the lock; elsewhere a hang report has to do without.
const int* owner_of(std::mutex& mutex) {
#if defined(__GLIBC__)
  return &mutex.native_handle()->__data.__owner;
#else
  static_cast<void>(mutex);
  return nullptr;
#endif
}

const int* writer_of(std::shared_mutex& mutex) {
#if defined(__GLIBC__)
  return &static_cast<pthread_rwlock_t*>(static_cast<void*>(mutex.native_handle()))->__data.__cur_writer;
#else
  static_cast<void>(mutex);
  return nullptr;
#endif
}

// About two microseconds: a few critical sections, and less than going to sleep and back.
constexpr int spin_attempts = 40;

}  // namespace

void Mutex::lock_contended() NO_THREAD_SAFETY_ANALYSIS {  // locks the wrapped mutex, which carries no annotation
  for (int attempt = 0; attempt < spin_attempts; ++attempt) {
    cpu_relax();
    if (inner_.try_lock()) return;
  }
  const LockWaitScope waiting(this, label_, owner_of(inner_));
  inner_.lock();
}

void SharedMutex::lock_contended() NO_THREAD_SAFETY_ANALYSIS {  // as above
  const LockWaitScope waiting(this, label_, writer_of(inner_));
  inner_.lock();
}

void SharedMutex::lock_shared_contended() NO_THREAD_SAFETY_ANALYSIS {  // as above
  const LockWaitScope waiting(this, label_, writer_of(inner_));
  inner_.lock_shared();
}

}  // namespace contend
