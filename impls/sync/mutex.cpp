#include "impls/sync/mutex.hpp"

#include "impls/base/check.hpp"
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

const int* writer_of(pthread_rwlock_t& mutex) {
#if defined(__GLIBC__)
  return &mutex.__data.__cur_writer;
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

SharedMutex::SharedMutex(LockLabel label) noexcept : label_(label) {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
#if defined(__GLIBC__)
  // The kind without "nonrecursive" is ignored by glibc.
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
  CONTEND_CHECK(pthread_rwlock_init(&inner_, &attributes) == 0, "a lock could not be made");
  pthread_rwlockattr_destroy(&attributes);
}

SharedMutex::~SharedMutex() {
  pthread_rwlock_destroy(&inner_);
}

void SharedMutex::lock_contended() {
  const LockWaitScope waiting(this, label_, writer_of(inner_));
  CONTEND_CHECK(pthread_rwlock_wrlock(&inner_) == 0, "a thread locks exclusively what it holds already");
}

void SharedMutex::lock_shared_contended() {
  const LockWaitScope waiting(this, label_, writer_of(inner_));
  CONTEND_CHECK(pthread_rwlock_rdlock(&inner_) == 0, "a thread locks shared what it holds exclusively");
}

}  // namespace contend
