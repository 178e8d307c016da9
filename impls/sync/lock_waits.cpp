#include "impls/sync/lock_waits.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

#include "impls/sync/backoff.hpp"

namespace contend {
namespace {

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// One place on the board, taken by a thread for its lifetime. `lock` is written last and cleared first. A reader counts
// itself in `readers` before it looks at `lock`, and a waiter that has cleared `lock` leaves only when no reader is
// left (both seq_cst, so one of the two sees the other): what a reader sees behind a non-null lock stays alive
// meanwhile.
struct Place {
  std::atomic<int> tid{0};
  std::atomic<int> readers{0};
  std::atomic<const void*> lock{nullptr};
  std::atomic<const char*> what{nullptr};
  std::atomic<std::uint64_t> index{0};
  std::atomic<const int*> owner{nullptr};
  std::atomic<std::int64_t> since_ns{0};
  std::atomic<std::uint64_t> number{0};
};

// Threads beyond this number wait unseen; a report then says less, nothing else changes.
constexpr std::size_t board_size = 512;
std::array<Place, board_size>& board() {
  static std::array<Place, board_size> places;
  return places;
}

class PlaceHolder {
 public:
  PlaceHolder() : tid_(static_cast<int>(syscall(SYS_gettid))) {
    for (Place& place : board()) {
      int expected = 0;
      if (place.tid.compare_exchange_strong(expected, tid_)) {
        place_ = &place;
        return;
      }
    }
  }
  ~PlaceHolder() {
    if (place_ != nullptr) place_->tid = 0;
  }
  PlaceHolder(const PlaceHolder&) = delete;
  PlaceHolder& operator=(const PlaceHolder&) = delete;

  Place* place() const { return place_; }
  int tid() const { return tid_; }

 private:
  int tid_;
  Place* place_ = nullptr;
};

PlaceHolder& my_place() {
  thread_local PlaceHolder holder;
  return holder;
}

}  // namespace

int current_tid() noexcept {
  return my_place().tid();
}

LockWaitScope::LockWaitScope(const void* lock, LockLabel label, const int* owner) noexcept {
  Place* place = my_place().place();
  if (place == nullptr) return;
  place->what = label.what;
  place->index = label.index;
  place->owner = owner;
  place->since_ns = steady_ns();
  place->number.fetch_add(1);
  place->lock = lock;
}

LockWaitScope::~LockWaitScope() {
  Place* place = my_place().place();
  if (place == nullptr) return;
  place->lock = nullptr;
  while (place->readers != 0) cpu_relax();
}

std::vector<LockWait> current_lock_waits() {
  std::vector<LockWait> waits;
  const std::int64_t now_ns = steady_ns();
  for (Place& place : board()) {
    place.readers.fetch_add(1);
    if (const void* lock = place.lock; lock != nullptr) {
      const int* owner = place.owner;
      waits.push_back({.waiter_tid = place.tid,
                       .owner_tid = owner == nullptr ? 0 : __atomic_load_n(owner, __ATOMIC_RELAXED),
                       .lock = lock,
                       .label = {place.what, place.index},
                       .waited_ns = now_ns - place.since_ns,
                       .number = place.number});
    }
    place.readers.fetch_sub(1);
  }
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
