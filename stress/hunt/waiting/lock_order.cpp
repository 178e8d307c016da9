#include "stress/hunt/waiting/lock_order.hpp"

#include "stress/hunt/runtime/platform.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_edges = 256;  // of one execution: more show nothing new

struct LockOrder {
  LockEdge edges[most_edges];
  std::uint32_t count;
};
HUNT_STATE constinit LockOrder order{};

bool is_known(const Thread& thread, const volatile void* wanted) {
  for (std::uint32_t i = 0; i < order.count; ++i) {
    const LockEdge& edge = order.edges[i];
    if (edge.thread != thread.number || edge.wanted != wanted || edge.held_count != thread.lock_count) continue;
    bool same = true;
    for (std::uint32_t lock = 0; lock < edge.held_count; ++lock) same = same && edge.held[lock] == thread.locks[lock];
    if (same) return true;
  }
  return false;
}

}  // namespace

void begin_lock_order() {
  order.count = 0;
}

void lock_is_wanted(const Thread& thread, const volatile void* lock) {
  if (thread.lock_count == 0 || order.count == most_edges || is_known(thread, lock)) return;
  LockEdge& edge = order.edges[order.count++];
  edge.thread = thread.number;
  edge.wanted = lock;
  edge.held_count = thread.lock_count;
  for (std::uint32_t i = 0; i < thread.lock_count; ++i) edge.held[i] = thread.locks[i];
}

void lock_is_held(Thread& thread, const volatile void* lock) {
  if (thread.lock_count < Thread::most_locks) thread.locks[thread.lock_count++] = lock;
}

void lock_is_given_up(Thread& thread, const volatile void* lock) {
  for (std::uint32_t i = 0; i < thread.lock_count; ++i) {
    if (thread.locks[i] != lock) continue;
    for (--thread.lock_count; i < thread.lock_count; ++i) thread.locks[i] = thread.locks[i + 1];
    return;
  }
}

bool holds(const Thread& thread, const volatile void* lock) {
  for (std::uint32_t i = 0; i < thread.lock_count; ++i) {
    if (thread.locks[i] == lock) return true;
  }
  return false;
}

std::uint32_t lock_edge_count() {
  return order.count;
}
const LockEdge& lock_edge(std::uint32_t index) {
  return order.edges[index];
}

}  // namespace contend::hunt
