#include "stress/hunt/waiting/objects.hpp"

#include <cstddef>

#include "stress/hunt/memory/shadow.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_objects = 1u << 22;

struct Objects {
  Object* all;  // number 0 is none
  std::uint32_t count;
};
HUNT_STATE constinit Objects objects{};

}  // namespace

void prepare_objects() {
  objects.all = reserve_array<Object>(most_objects);
}
void begin_objects() {
  objects.count = 0;
}

Object* find_object(const volatile void* address, ObjectKind kind) {
  const Cell& cell = cell_of(address_of(address));
  for (std::uint32_t number = cell.objects; number != 0; number = objects.all[number].next) {
    Object& object = objects.all[number];
    if (object.address == address_of(address) && object.kind == kind) return &object;
  }
  return nullptr;
}

Object& object_at(const volatile void* address, ObjectKind kind) {
  if (Object* const object = find_object(address, kind); object != nullptr) return *object;
  if (objects.count + 1 == most_objects) unsupported("more than four million locks and atomics");
  Cell& cell = cell_of(address_of(address));
  Object& object = objects.all[++objects.count];
  __builtin_memset(static_cast<void*>(&object), 0, offsetof(Object, released));
  object.released.clear(scheduler.most_lanes_ever);
  object.released_by_readers.clear(scheduler.most_lanes_ever);
  object.address = address_of(address);
  object.kind = kind;
  object.next = cell.objects;
  cell.objects = objects.count;
  return object;
}

void forget_object(const volatile void* address, ObjectKind kind) {
  Cell& cell = cell_of(address_of(address));
  for (std::uint32_t* link = &cell.objects; *link != 0; link = &objects.all[*link].next) {
    const Object& object = objects.all[*link];
    if (object.address != address_of(address) || object.kind != kind) continue;
    *link = object.next;
    return;
  }
}

void acquire(const Object& object) {
  if (object.has_release) scheduler.current->clock.join(object.released, scheduler.lanes);
}

void release(Object& object) {
  Thread& self = *scheduler.current;
  object.released.copy(self.clock, scheduler.most_lanes_ever);
  object.has_release = true;
  advance_clock(self);
}

void release_too(Object& object) {
  Thread& self = *scheduler.current;
  object.released.join(self.clock, scheduler.lanes);
  object.has_release = true;
  advance_clock(self);
}

}  // namespace contend::hunt
