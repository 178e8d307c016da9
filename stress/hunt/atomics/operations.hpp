#pragma once

#include <cstddef>
#include <cstdint>

#include "stress/hunt/atomics/history.hpp"
#include "stress/hunt/atomics/orders.hpp"
#include "stress/hunt/memory/accesses.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {

using Wide = unsigned __int128;

// The first eight bytes of a value. Wider atomics have no history: their loads see the latest store.
template <class Value>
std::uint64_t bits_of(Value value) {
  return static_cast<std::uint64_t>(value);
}
template <class Value>
inline constexpr bool has_history = sizeof(Value) <= sizeof(std::uint64_t);

// --- by address, whatever the type: before the operation a point and a look for races; after it what it orders

Object& begin_atomic(const volatile void* address, std::size_t bytes, Act act, std::uintptr_t place);
// What a load of the latest store acquires.
void acquire_latest(Object& atomic, int order);
// What a store releases: `update` carries on the release sequence that it reads from.
void release_store(Object& atomic, int order, bool update);
void fence(int order);

inline bool is_watched() {
  return scheduler.current != nullptr && scheduler.several;
}
inline bool is_weak() {
  return scheduler.plan.may.weak;
}

template <class Value>
Object& begin_atomic_at(const volatile Value* at, Act act, void* place) {
  Object& atomic = begin_atomic(at, sizeof(Value), act, address_of(place));
  if constexpr (has_history<Value>) {
    if (is_weak()) keep_history(atomic, bits_of(*at));
  }
  return atomic;
}

template <class Value>
Value load_atomic(const volatile Value* at, int order, void* place) {
  if (!is_watched()) return *at;
  Object& atomic = begin_atomic_at(at, Act::atomic_load, place);
  Value value = *at;
  std::uint32_t age = 0;
  if (has_history<Value> && is_weak()) {
    const Seen seen = see_some_store(atomic, order);
    value = static_cast<Value>(seen.value);
    age = seen.age;
  } else {
    acquire_latest(atomic, order);
  }
  if (scheduler.plan.recording) record_values(bits_of(value), bits_of(value), order, age);
  return value;
}

template <class Value>
void store_atomic(volatile Value* at, Value value, int order, void* place) {
  if (!is_watched()) {
    *at = value;
    return;
  }
  Object& atomic = begin_atomic_at(at, Act::atomic_store, place);
  if (scheduler.plan.recording) record_values(bits_of(*at), bits_of(value), order, 0);
  *at = value;
  release_store(atomic, order, false);
  if (has_history<Value> && is_weak()) append_store(atomic, bits_of(value), order);
  advance_clock(*scheduler.current);
}

// What both kinds of updates do once they are sure to store.
template <class Value>
void finish_update(volatile Value* at, Object& atomic, Value before, Value after, int order) {
  if (has_history<Value> && is_weak()) {
    see_latest_store(atomic, order);
  } else {
    acquire_latest(atomic, order);
  }
  *at = after;
  release_store(atomic, order, true);
  if (has_history<Value> && is_weak()) append_store(atomic, bits_of(after), order);
  advance_clock(*scheduler.current);
  if (scheduler.plan.recording) record_values(bits_of(before), bits_of(after), order, 0);
}

template <class Value, class Change>
Value update_atomic(volatile Value* at, int order, void* place, Change change) {
  if (!is_watched()) {
    // Somebody else may be there while nothing is explored: the driver's own threads.
    Value before = *at;
    while (!__sync_bool_compare_and_swap(at, before, change(before))) before = *at;
    return before;
  }
  Object& atomic = begin_atomic_at(at, Act::atomic_update, place);
  const Value before = *at;
  finish_update(at, atomic, before, change(before), order);
  return before;
}

// Whether it has stored; else `expected` is what it saw.
template <class Value>
bool swap_if_equal(volatile Value* at, Value& expected, Value value, int order, int failure_order, bool may_fail,
                   void* place) {
  if (!is_watched()) {
    const Value before = __sync_val_compare_and_swap(at, expected, value);
    if (before == expected) return true;
    expected = before;
    return false;
  }
  constexpr std::uint32_t rarity = 32;
  Object& atomic = begin_atomic_at(at, Act::atomic_update, place);
  Value before = *at;
  std::uint32_t age = 0;
  bool fails = before != expected;
  if (has_history<Value> && is_weak()) {
    // It may see an older store and fail; if it sees what it expects it sees the latest.
    const std::uint64_t wanted = bits_of(expected);
    const Seen seen = see_some_store(atomic, failure_order, &wanted);
    before = static_cast<Value>(seen.value);
    age = seen.age;
    fails = before != expected;
  } else if (fails) {
    acquire_latest(atomic, failure_order);
  }
  if (!fails && may_fail && scheduler.plan.may.spurious && choose_fault(rarity)) fails = true;
  if (fails) {
    if (scheduler.plan.recording) record_values(bits_of(before), bits_of(before), failure_order, age);
    expected = before;
    return false;
  }
  finish_update(at, atomic, before, value, order);
  return true;
}

}  // namespace contend::hunt
