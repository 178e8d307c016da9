#include "stress/hunt/atomics/operations.hpp"

#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {

Object& begin_atomic(const volatile void* address, std::size_t bytes, Act act, std::uintptr_t place) {
  point(act, address, act != Act::atomic_load);
  check_atomic(address_of(address), bytes, act, place);
  Object& atomic = object_at(address, ObjectKind::atomic);
  atomic.bytes = static_cast<std::uint32_t>(bytes);
  return atomic;
}

void acquire_latest(Object& atomic, int order) {
  if (!atomic.has_release) return;
  Thread& self = *scheduler.current;
  (acquires(order) ? self.clock : self.unfenced).join(atomic.released, scheduler.lanes);
}

void release_store(Object& atomic, int order, bool update) {
  Thread& self = *scheduler.current;
  const bool releases_now = releases(order) || self.has_release_fence;
  if (!update || !atomic.has_release) {
    atomic.has_release = releases_now;
    if (releases_now) atomic.released.clear(scheduler.lanes);
  }
  if (releases_now) {
    atomic.released.join(releases(order) ? self.clock : self.release_fence, scheduler.lanes);
  }
}

void fence(int order) {
  if (scheduler.current == nullptr || !scheduler.several) {
    __sync_synchronize();
    return;
  }
  point(Act::fence, nullptr, false);
  Thread& self = *scheduler.current;
  if (acquires(order)) self.clock.join(self.unfenced, scheduler.lanes);
  if (order == sequential) order_fence();
  if (releases(order)) {
    self.release_fence.copy(self.clock, scheduler.most_lanes_ever);
    self.has_release_fence = true;
    advance_clock(self);
  }
}

}  // namespace contend::hunt
