// What the compiler calls for plain accesses to memory, under -fsanitize=thread: each is announced before it is made.

#include <string.h>

#include "stress/hunt/memory/accesses.hpp"

using contend::hunt::access_memory;
using contend::hunt::address_of;
using contend::hunt::Home;
using contend::hunt::scheduler;
using contend::hunt::Thread;

namespace {

inline void read(const volatile void* address, std::size_t bytes, void* place) {
  if (scheduler.current != nullptr) access_memory(address_of(address), bytes, false, address_of(place));
}
inline void write(const volatile void* address, std::size_t bytes, void* place) {
  if (scheduler.current != nullptr) access_memory(address_of(address), bytes, true, address_of(place));
}

}  // namespace

#define PLACE __builtin_return_address(0)

extern "C" {

void __tsan_init() {}

void __tsan_func_entry(void* caller) {
  Thread* const self = scheduler.current;
  if (self == nullptr) return;
  Home& home = *self->home;
  if (home.frame_count < Home::most_frames) home.frames[home.frame_count] = caller;
  ++home.frame_count;
}
void __tsan_func_exit() {
  Thread* const self = scheduler.current;
  if (self != nullptr && self->home->frame_count > 0) --self->home->frame_count;
}

// For each size, in all the ways in which compilers say it.
#define ACCESSES_OF(bytes)                                     \
  void __tsan_read##bytes(void* address) {                     \
    read(address, bytes, PLACE);                               \
  }                                                            \
  void __tsan_write##bytes(void* address) {                    \
    write(address, bytes, PLACE);                              \
  }                                                            \
  void __tsan_read##bytes##_pc(void* address, void* place) {   \
    read(address, bytes, place);                               \
  }                                                            \
  void __tsan_write##bytes##_pc(void* address, void* place) {  \
    write(address, bytes, place);                              \
  }                                                            \
  void __tsan_unaligned_read##bytes(void* address) {           \
    read(address, bytes, PLACE);                               \
  }                                                            \
  void __tsan_unaligned_write##bytes(void* address) {          \
    write(address, bytes, PLACE);                              \
  }                                                            \
  void __tsan_volatile_read##bytes(void* address) {            \
    read(address, bytes, PLACE);                               \
  }                                                            \
  void __tsan_volatile_write##bytes(void* address) {           \
    write(address, bytes, PLACE);                              \
  }                                                            \
  void __tsan_unaligned_volatile_read##bytes(void* address) {  \
    read(address, bytes, PLACE);                               \
  }                                                            \
  void __tsan_unaligned_volatile_write##bytes(void* address) { \
    write(address, bytes, PLACE);                              \
  }                                                            \
  void __tsan_read_write##bytes(void* address) {               \
    read(address, bytes, PLACE);                               \
    write(address, bytes, PLACE);                              \
  }                                                            \
  void __tsan_unaligned_read_write##bytes(void* address) {     \
    read(address, bytes, PLACE);                               \
    write(address, bytes, PLACE);                              \
  }

ACCESSES_OF(1)
ACCESSES_OF(2)
ACCESSES_OF(4)
ACCESSES_OF(8)
ACCESSES_OF(16)

void __tsan_read_range(void* address, std::size_t bytes) {
  read(address, bytes, PLACE);
}
void __tsan_write_range(void* address, std::size_t bytes) {
  write(address, bytes, PLACE);
}
void __tsan_read_range_pc(void* address, std::size_t bytes, void* place) {
  read(address, bytes, place);
}
void __tsan_write_range_pc(void* address, std::size_t bytes, void* place) {
  write(address, bytes, place);
}

// A destructor sets the pointer to the table of its own class, mostly to what it is already: that hurts nobody.
void __tsan_vptr_update(void** pointer, void* value) {
  if (*pointer != value) write(pointer, sizeof(void*), PLACE);
}
void __tsan_vptr_read(void** pointer) {
  read(pointer, sizeof(void*), PLACE);
}

void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) {
    read(from, bytes, PLACE);
    write(to, bytes, PLACE);
  }
  return memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) {
    read(from, bytes, PLACE);
    write(to, bytes, PLACE);
  }
  return memmove(to, from, bytes);
}
void* __tsan_memset(void* to, int value, std::size_t bytes) {
  if (bytes > 0) write(to, bytes, PLACE);
  return memset(to, value, bytes);
}

void __tsan_ignore_thread_begin() {}
void __tsan_ignore_thread_end() {}

}  // extern "C"
