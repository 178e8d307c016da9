#include "stress/hunt/strategies/steering.hpp"

#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/waiting/lock_order.hpp"

namespace contend::hunt {
namespace {

bool stands_still(const Thread& thread) {
  if (thread.act != Act::lock && thread.act != Act::read_lock) return false;
  for (std::size_t i = 0; i < scheduler.plan.stop_count; ++i) {
    const Stop& stop = scheduler.plan.stops[i];
    if (stop.thread == thread.number && stop.wanted == thread.act_on && holds(thread, stop.held)) return true;
  }
  return false;
}

}  // namespace

Thread* choose_steered() {
  Thread* moving[most_alive];
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
    if (!stands_still(*scheduler.runnable[i])) moving[count++] = scheduler.runnable[i];
  }
  if (count > 0) return moving[scheduler.random.below(count)];
  return scheduler.runnable[scheduler.random.below(scheduler.runnable_count)];
}

}  // namespace contend::hunt
