#include "stress/hunt/atomics/history.hpp"

#include "stress/hunt/atomics/orders.hpp"
#include "stress/hunt/recording/signature.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_histories = 1u << 18;
constexpr std::uint32_t most_stores = 1u << 22;
constexpr std::uint32_t most_marks = 1u << 22;
constexpr std::uint32_t most_seen_back = 64;

struct Store {
  std::uint64_t value;
  std::uint64_t order;     // among all stores of the execution
  std::uint32_t previous;  // of the same atomic; 0: none
  std::uint32_t position;  // among those of the same atomic
  std::uint32_t clock;
  std::uint16_t lane;
  bool is_first;  // what was there before anybody stored
  bool is_sequential;
  bool has_release;
  VectorClock released;
};

// A thread has seen the store in this position when its clock stood so.
struct Mark {
  std::uint32_t previous;
  std::uint32_t clock;
  std::uint32_t position;
};

struct History {
  std::uint32_t latest;
  std::uint32_t marks[most_lanes];
};

struct Histories {
  History* all;
  Store* stores;
  Mark* marks;
  std::uint32_t count;
  std::uint32_t store_count;
  std::uint32_t mark_count;
  std::uint64_t order;
  VectorClock before_fences;  // what happened before any fence of sequential consistency
};
HUNT_STATE constinit Histories histories{};

Store& store_number(std::uint32_t number) {
  return histories.stores[number];
}
Store& latest_of(Object& atomic) {
  return store_number(histories.all[atomic.history].latest);
}

Store& new_store(History& history, std::uint64_t value) {
  if (histories.store_count + 1 == most_stores) unsupported("more than four million stores to atomics");
  const std::uint32_t previous = history.latest;
  history.latest = ++histories.store_count;
  Store& store = store_number(history.latest);
  store.value = value;
  store.order = ++histories.order;
  store.previous = previous;
  store.position = previous == 0 ? 0 : store_number(previous).position + 1;
  store.clock = 0;
  store.lane = 0;
  store.is_first = previous == 0;
  store.is_sequential = store.has_release = false;
  return store;
}

void mark_seen(History& history, std::uint32_t position) {
  const Thread& self = *scheduler.current;
  std::uint32_t& head = history.marks[self.lane];
  if (head != 0 && histories.marks[head].position == position) return;
  if (histories.mark_count + 1 == most_marks) unsupported("more than four million loads of atomics");
  histories.marks[++histories.mark_count] = {head, self.clock.of_lane[self.lane], position};
  head = histories.mark_count;
}

// How far a lane had come at all that the running thread may not go back behind: what happened before, and what was before
// a fence of sequential consistency that came before its own, or before this load if that is sequentially consistent.
std::uint32_t settled(std::uint32_t lane, bool sequential_load) {
  const Thread& self = *scheduler.current;
  const std::uint32_t by_fences = (sequential_load ? histories.before_fences : self.seen_by_fences).of_lane[lane];
  return by_fences > self.clock.of_lane[lane] ? by_fences : self.clock.of_lane[lane];
}

// The latest store that somebody has seen before: reads do not go back in time.
std::uint32_t seen_before(const History& history, bool sequential_load) {
  const Thread& self = *scheduler.current;
  std::uint32_t latest = 0;
  for (std::uint32_t lane = 0; lane < scheduler.lanes; ++lane) {
    std::uint32_t number = history.marks[lane];
    const std::uint32_t known = settled(lane, sequential_load);
    while (number != 0 && lane != self.lane && histories.marks[number].clock > known) {
      number = histories.marks[number].previous;
    }
    if (number != 0 && histories.marks[number].position > latest) latest = histories.marks[number].position;
  }
  return latest;
}

// Whether no load of the running thread may see anything older.
bool is_oldest_visible(const Store& store, std::uint32_t seen_position, bool sequential_load) {
  const Thread& self = *scheduler.current;
  if (store.is_first || store.position <= seen_position) return true;
  if (store.clock <= settled(store.lane, sequential_load)) return true;
  return store.is_sequential && (sequential_load || store.order < self.fence_order);
}

void take_release(const Store& store, int order) {
  if (!store.has_release) return;
  Thread& self = *scheduler.current;
  (acquires(order) ? self.clock : self.unfenced).join(store.released, scheduler.lanes);
}

}  // namespace

void prepare_histories() {
  histories.all = reserve_array<History>(most_histories);
  histories.stores = reserve_array<Store>(most_stores);
  histories.marks = reserve_array<Mark>(most_marks);
}

void begin_histories() {
  histories.count = histories.store_count = histories.mark_count = 0;
  histories.order = 0;
  __builtin_memset(&histories.before_fences, 0, sizeof histories.before_fences);
}

void keep_history(Object& atomic, std::uint64_t value_now) {
  if (atomic.history != 0 && latest_of(atomic).value == value_now) return;
  if (histories.count + 1 == most_histories) unsupported("more than 262,144 atomics");
  atomic.history = ++histories.count;
  History& history = histories.all[atomic.history];
  history.latest = 0;
  for (std::uint32_t lane = 0; lane < scheduler.most_lanes_ever; ++lane) history.marks[lane] = 0;
  Store& first = new_store(history, value_now);
  first.has_release = atomic.has_release;
  if (first.has_release) first.released.copy(atomic.released, scheduler.most_lanes_ever);
}

Seen see_some_store(Object& atomic, int order, const std::uint64_t* unless) {
  History& history = histories.all[atomic.history];
  const std::uint32_t seen_position = seen_before(history, order == sequential);
  std::uint32_t visible = 1;
  for (std::uint32_t number = history.latest; visible < most_seen_back; ++visible) {
    const Store& store = store_number(number);
    if (is_oldest_visible(store, seen_position, order == sequential)) break;
    number = store.previous;
  }
  std::uint32_t age = choose_alternative(Decision::What::read, visible);
  std::uint32_t number = history.latest;
  for (std::uint32_t i = 0; i < age; ++i) number = store_number(number).previous;
  if (unless != nullptr && store_number(number).value == *unless) {
    age = 0;
    number = history.latest;
  }
  const Store& store = store_number(number);
  mark_seen(history, store.position);
  take_release(store, order);
  if (order == sequential) sign_against_fences(*scheduler.current, false);
  sign_value(age);
  return {store.value, age};
}

void see_latest_store(Object& atomic, int order) {
  const Store& store = latest_of(atomic);
  mark_seen(histories.all[atomic.history], store.position);
  take_release(store, order);
}

void append_store(Object& atomic, std::uint64_t value, int order) {
  const Thread& self = *scheduler.current;
  History& history = histories.all[atomic.history];
  Store& store = new_store(history, value);
  store.clock = self.clock.of_lane[self.lane];
  store.lane = static_cast<std::uint16_t>(self.lane);
  store.is_sequential = order == sequential;
  store.has_release = atomic.has_release;
  if (store.has_release) store.released.copy(atomic.released, scheduler.most_lanes_ever);
  mark_seen(history, store.position);
  sign_against_fences(self, false);
}

void order_fence() {
  Thread& self = *scheduler.current;
  self.seen_by_fences.join(histories.before_fences, scheduler.lanes);
  histories.before_fences.join(self.clock, scheduler.lanes);
  histories.before_fences.join(self.seen_by_fences, scheduler.lanes);
  self.fence_order = ++histories.order;
  sign_against_fences(self, true);
}

}  // namespace contend::hunt
