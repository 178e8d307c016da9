#pragma once

#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

enum class ObjectKind : std::uint8_t { mutex, read_write_lock, condition, semaphore, once, barrier, order, atomic };

// What threads meet at: a lock, an atomic, a semaphore, and so on, found by its address through the shadow memory, and gone
// with it when the memory is allocated anew.
struct Object {
  std::uintptr_t address = 0;
  std::uint32_t next = 0;  // the next one within the same eight bytes; 0: none
  ObjectKind kind = ObjectKind::mutex;
  bool has_release = false;
  // --- locks
  Thread* owner = nullptr;
  std::uint32_t depth = 0;  // how often a recursive owner has locked it
  std::uint32_t readers = 0;
  std::uint32_t writers_waiting = 0;
  // --- semaphores and barriers
  std::uint32_t count = 0;
  std::uint32_t generation = 0;
  // --- atomics
  std::uint32_t bytes = 0;
  std::uint32_t history = 0;  // see atomics/history.hpp; 0: none is kept

  VectorClock released;  // what happened before whoever acquires it
  VectorClock released_by_readers;
};

void prepare_objects();
void begin_objects();
// The object at the address, made where there is none.
Object& object_at(const volatile void* address, ObjectKind kind);
// Null where there is none.
Object* find_object(const volatile void* address, ObjectKind kind);
void forget_object(const volatile void* address, ObjectKind kind);

// The running thread knows what was released there.
void acquire(const Object& object);
// Whoever acquires it from now on knows what the running thread knows, and nothing of what was known before.
void release(Object& object);
// The same, and what was known before.
void release_too(Object& object);

}  // namespace contend::hunt
