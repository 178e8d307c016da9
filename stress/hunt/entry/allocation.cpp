// The memory of the program: from the runtime's heap, whose addresses are the same in every process. What the C library
// allocates for itself, and what the driver does, stays with the C library.

#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "stress/hunt/memory/accesses.hpp"
#include "stress/hunt/memory/heap.hpp"
#include "stress/hunt/memory/image.hpp"
#include "stress/hunt/memory/shadow.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace hunt = contend::hunt;
using hunt::address_of;
using hunt::in_heap;
using hunt::scheduler;

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}

namespace {

bool is_programs(void* caller) {
  if (scheduler.current == nullptr && !hunt::is_loading()) return false;
  hunt::prepare_heap();
  hunt::find_c_library();
  return !hunt::is_c_library(address_of(caller));
}

void* allocate(size_t bytes, size_t alignment) {
  if (scheduler.current != nullptr) {
    if (++scheduler.execution.allocations == scheduler.plan.failing_allocation) {
      errno = ENOMEM;
      return nullptr;
    }
  }
  void* const memory = hunt::heap_allocate(bytes, alignment);
  if (memory == nullptr) errno = ENOMEM;
  if (memory == nullptr || scheduler.current == nullptr) return memory;
  hunt::forget(address_of(memory), bytes);
  if (scheduler.plan.recording) hunt::record_allocation(*scheduler.current, address_of(memory), bytes);
  return memory;
}

void give_back(void* memory, void* place) {
  if (!in_heap(address_of(memory))) {
    __libc_free(memory);
    return;
  }
  if (scheduler.current != nullptr) {
    if (!hunt::is_heap_block(memory)) {
      hunt::found(hunt::FindingKind::bad_free, address_of(memory), "memory is freed that is not in use",
                  address_of(place));
    }
    hunt::check_free(address_of(memory), hunt::heap_size(memory), address_of(place));
  }
  hunt::heap_free(memory);
}

}  // namespace

#define CALLER __builtin_return_address(0)

extern "C" {

void* malloc(size_t bytes) noexcept {
  return is_programs(CALLER) ? allocate(bytes, 16) : __libc_malloc(bytes);
}

void* calloc(size_t count, size_t bytes) noexcept {
  if (!is_programs(CALLER)) return __libc_calloc(count, bytes);
  size_t all = 0;
  if (__builtin_mul_overflow(count, bytes, &all)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const memory = allocate(all, 16);
  return memory != nullptr ? memset(memory, 0, all) : nullptr;
}

void free(void* memory) noexcept {
  if (memory != nullptr) give_back(memory, CALLER);
}

void* realloc(void* memory, size_t bytes) noexcept {
  void* const caller = CALLER;
  const bool is_ours = memory != nullptr && in_heap(address_of(memory));
  if (!is_ours && (memory != nullptr || !is_programs(caller))) return __libc_realloc(memory, bytes);
  if (is_ours && bytes == 0) {
    give_back(memory, caller);
    return nullptr;
  }
  void* const larger = allocate(bytes, 16);
  if (larger == nullptr || memory == nullptr) return larger;
  const size_t before = hunt::heap_size(memory);
  memcpy(larger, memory, before < bytes ? before : bytes);
  give_back(memory, caller);
  return larger;
}

void* memalign(size_t alignment, size_t bytes) noexcept {
  return is_programs(CALLER) ? allocate(bytes, alignment) : __libc_memalign(alignment, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  return is_programs(CALLER) ? allocate(bytes, alignment) : __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, size_t alignment, size_t bytes) noexcept {
  void* const made = is_programs(CALLER) ? allocate(bytes, alignment) : __libc_memalign(alignment, bytes);
  if (made == nullptr) return ENOMEM;
  *memory = made;
  return 0;
}

void* valloc(size_t bytes) noexcept {
  constexpr size_t page = 4096;
  return is_programs(CALLER) ? allocate(bytes, page) : __libc_memalign(page, bytes);
}

size_t malloc_usable_size(void* memory) noexcept {
  if (memory == nullptr) return 0;
  if (in_heap(address_of(memory))) return hunt::heap_size(memory);
  constexpr size_t flags = 7;  // glibc has the size of a block before it, with three flags in it
  return (static_cast<size_t*>(memory)[-1] & ~flags) - sizeof(size_t);
}

}  // extern "C"
