// What programs tell a race detector by hand: an order that it cannot see, in ThreadSanitizer's words and in those of the
// older ones.

#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/waiting/objects.hpp"

namespace hunt = contend::hunt;
using hunt::ObjectKind;
using hunt::scheduler;

namespace {

void happens_before(const volatile void* address) {
  if (scheduler.current != nullptr) hunt::release_too(hunt::object_at(address, ObjectKind::order));
}
void happens_after(const volatile void* address) {
  if (scheduler.current != nullptr) hunt::acquire(hunt::object_at(address, ObjectKind::order));
}

}  // namespace

extern "C" {

void __tsan_acquire(void* address) {
  happens_after(address);
}
void __tsan_release(void* address) {
  happens_before(address);
}
void AnnotateHappensBefore(const char*, int, const volatile void* address) {
  happens_before(address);
}
void AnnotateHappensAfter(const char*, int, const volatile void* address) {
  happens_after(address);
}

// Locks that a program made itself, of atomics that are seen anyhow: there is nothing to add.
void __tsan_mutex_create(void*, unsigned) {}
void __tsan_mutex_destroy(void*, unsigned) {}
void __tsan_mutex_pre_lock(void*, unsigned) {}
void __tsan_mutex_post_lock(void* address, unsigned, int) {
  happens_after(address);
}
int __tsan_mutex_pre_unlock(void* address, unsigned) {
  happens_before(address);
  return 0;
}
void __tsan_mutex_post_unlock(void*, unsigned) {}
void __tsan_mutex_pre_signal(void*, unsigned) {}
void __tsan_mutex_post_signal(void*, unsigned) {}
void __tsan_mutex_pre_divert(void*, unsigned) {}
void __tsan_mutex_post_divert(void*, unsigned) {}

void AnnotateIgnoreReadsBegin(const char*, int) {}
void AnnotateIgnoreReadsEnd(const char*, int) {}
void AnnotateIgnoreWritesBegin(const char*, int) {}
void AnnotateIgnoreWritesEnd(const char*, int) {}
void AnnotateIgnoreSyncBegin(const char*, int) {}
void AnnotateIgnoreSyncEnd(const char*, int) {}
void AnnotateBenignRace(const char*, int, const volatile void*, const char*) {}
void AnnotateBenignRaceSized(const char*, int, const volatile void*, std::size_t, const char*) {}
void AnnotateNewMemory(const char*, int, const volatile void*, std::size_t) {}
void AnnotateCondVarSignal(const char*, int, const volatile void*) {}
void AnnotateCondVarSignalAll(const char*, int, const volatile void*) {}
void AnnotateCondVarWait(const char*, int, const volatile void*, const volatile void*) {}
void AnnotateEnableRaceDetection(const char*, int, int) {}
void AnnotateExpectRace(const char*, int, const volatile void*, const char*) {}
void AnnotateFlushExpectedRaces(const char*, int) {}
void AnnotateFlushState(const char*, int) {}
void AnnotateMemoryIsInitialized(const char*, int, const volatile void*, std::size_t) {}
void AnnotateMemoryIsUninitialized(const char*, int, const volatile void*, std::size_t) {}
void AnnotateMutexIsNotPHB(const char*, int, const volatile void*) {}
void AnnotateMutexIsUsedAsCondVar(const char*, int, const volatile void*) {}
void AnnotateNoOp(const char*, int, const volatile void*) {}
void AnnotatePCQCreate(const char*, int, const volatile void*) {}
void AnnotatePCQDestroy(const char*, int, const volatile void*) {}
void AnnotatePCQPut(const char*, int, const volatile void* queue) {
  happens_before(queue);
}
void AnnotatePCQGet(const char*, int, const volatile void* queue) {
  happens_after(queue);
}
void AnnotatePublishMemoryRange(const char*, int, const volatile void*, std::size_t) {}
void AnnotateUnpublishMemoryRange(const char*, int, const volatile void*, std::size_t) {}
void AnnotateThreadName(const char*, int, const char*) {}
void AnnotateTraceMemory(const char*, int, const volatile void*) {}
void AnnotateRWLockCreateStatic(const char*, int, const volatile void*) {}
void AnnotateRWLockCreate(const char*, int, const volatile void*) {}
void AnnotateRWLockDestroy(const char*, int, const volatile void*) {}
void AnnotateRWLockAcquired(const char*, int, const volatile void* address, std::size_t) {
  happens_after(address);
}
void AnnotateRWLockReleased(const char*, int, const volatile void* address, std::size_t) {
  happens_before(address);
}

// Fibers of the program's own are not explored: they would have to switch what the runtime switches.
void* __tsan_get_current_fiber() {
  return nullptr;
}
void* __tsan_create_fiber(unsigned) {
  if (scheduler.current != nullptr) hunt::unsupported("fibers of the program's own");
  return nullptr;
}
void __tsan_destroy_fiber(void*) {}
void __tsan_switch_to_fiber(void*, unsigned) {}
void __tsan_set_fiber_name(void*, const char*) {}
void* __tsan_external_register_tag(const char*) {
  return nullptr;
}
void __tsan_external_register_header(void*, const char*) {}
void __tsan_external_assign_tag(void*, void*) {}
void __tsan_external_read(void*, void*, void*) {}
void __tsan_external_write(void*, void*, void*) {}
void __tsan_check_no_mutexes_held() {}
void __tsan_flush_memory() {}
void __tsan_on_report(void*) {}

}  // extern "C"
