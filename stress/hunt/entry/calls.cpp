// The clock of histories, while schedules are explored: one tick a reading, so that calls are as long as what was done.

#include <cstdint>

#include "stress/hunt/entry/calls.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {
namespace {

HUNT_STATE constinit std::uint64_t ticks = 0;
HUNT_STATE constinit char order_of_calls = 0;  // its address alone counts

// A history says that a call came after another one has returned. Where loads may see older stores that is more than the
// program has a right to, unless somebody orders the two: the clock does.
bool clock_orders() {
  return scheduler.current != nullptr && scheduler.several && scheduler.plan.may.weak;
}

}  // namespace
}  // namespace contend::hunt

using namespace contend::hunt;

extern "C" {

std::uint64_t contend_call_begins() {
  if (clock_orders()) acquire(object_at(&order_of_calls, ObjectKind::order));
  return ++ticks;
}
std::uint64_t contend_call_ends() {
  if (clock_orders()) release_too(object_at(&order_of_calls, ObjectKind::order));
  return ++ticks;
}

}  // extern "C"
