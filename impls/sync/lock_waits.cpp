#include "impls/sync/lock_waits.hpp"

#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "impls/sync/backoff.hpp"
#include "impls/sync/thread_slots.hpp"

namespace contend {
namespace {

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// What a thread waits for. `lock` is written last and cleared first. A reader counts itself in `readers` before it looks
// at `lock`, and a waiter that has cleared `lock` leaves only when no reader is left (both seq_cst, so one of the two
// sees the other): what a reader sees behind a non-null lock stays alive meanwhile.
struct Waiter {
  std::atomic<int> readers{0};
  std::atomic<const void*> lock{nullptr};
  std::atomic<int> tid{0};
  std::atomic<const char*> what{nullptr};
  std::atomic<std::uint64_t> index{0};
  std::atomic<const int*> owner{nullptr};
  std::atomic<std::int64_t> since_ns{0};
  std::atomic<std::uint64_t> number{0};
};

}  // namespace

int current_tid() noexcept {
  return static_cast<int>(syscall(SYS_gettid));
}

LockWaitScope::LockWaitScope(const void* lock, LockLabel label, const int* owner) noexcept {
  Waiter* waiter = ThreadSlots<Waiter>::mine();
  if (waiter == nullptr) return;  // no memory: the wait is not shown
  waiter->tid = current_tid();
  waiter->what = label.what;
  waiter->index = label.index;
  waiter->owner = owner;
  waiter->since_ns = steady_ns();
  waiter->number.fetch_add(1);
  waiter->lock = lock;
}

LockWaitScope::~LockWaitScope() {
  Waiter* waiter = ThreadSlots<Waiter>::mine();
  if (waiter == nullptr) return;
  waiter->lock = nullptr;
  while (waiter->readers != 0) cpu_relax();
}

std::vector<LockWait> current_lock_waits() {
  std::vector<LockWait> waits;
  const std::int64_t now_ns = steady_ns();
  ThreadSlots<Waiter>::for_each([&](Waiter& waiter) {
    waiter.readers.fetch_add(1);
    if (const void* lock = waiter.lock; lock != nullptr) {
      const int* owner = waiter.owner;
      waits.push_back({.waiter_tid = waiter.tid,
                       .owner_tid = owner == nullptr ? 0 : __atomic_load_n(owner, __ATOMIC_RELAXED),
                       .lock = lock,
                       .label = {waiter.what, waiter.index},
                       .waited_ns = now_ns - waiter.since_ns,
                       .number = waiter.number});
    }
    waiter.readers.fetch_sub(1);
  });
  return waits;
}

std::vector<LockWait> find_lock_cycle(const std::vector<LockWait>& waits) {
  const auto waiting_as = [&](int tid) { return std::ranges::find(waits, tid, &LockWait::waiter_tid); };
  for (const LockWait& start : waits) {
    std::vector<LockWait> path;
    for (auto step = waiting_as(start.waiter_tid); step != waits.end() && path.size() <= waits.size();
         step = waiting_as(step->owner_tid)) {
      path.push_back(*step);
      if (step->owner_tid == start.waiter_tid) return path;
    }
  }
  return {};
}

std::string describe(const LockWait& wait) {
  const std::string holder =
      wait.owner_tid == 0 ? "held by readers or just released" : fmt::format("held by thread {}", wait.owner_tid);
  return fmt::format("thread {} waits for {} {}, {}", wait.waiter_tid, wait.label.what, wait.label.index, holder);
}

}  // namespace contend
