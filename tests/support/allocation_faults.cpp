#include "tests/support/allocation_faults.hpp"

#include <malloc.h>
#include <oneapi/tbb/cache_aligned_allocator.h>
#include <oneapi/tbb/tbb_allocator.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "impls/base/check.hpp"
#include "impls/sync/cache_line.hpp"

#if defined(__SANITIZE_THREAD__)
#define CONTEND_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CONTEND_TSAN 1
#endif
#endif

namespace contend {
namespace {

constinit std::atomic<std::size_t> held_bytes{0};
constinit std::atomic<std::size_t> most_held_bytes{0};
constinit std::atomic<bool> armed{false};
constinit std::atomic<bool> has_fired{false};
constinit std::atomic<std::uint64_t> calls_left{0};

// ThreadSanitizer has an operator new of its own, and stress/driver/sanitizers.cpp what TBB needs there.
#ifndef CONTEND_TSAN
bool fails_now() {
  if (!armed.load(std::memory_order_relaxed)) return false;  // alone: a counter that is set before it is switched on
  if (calls_left.fetch_sub(1) != 1) return false;
  has_fired = true;
  return true;
}

void hold(void* memory) {
  const std::size_t bytes = malloc_usable_size(memory);
  const std::size_t now = held_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;  // a sum, no order
  std::size_t most = most_held_bytes.load(std::memory_order_relaxed);                      // likewise
  while (most < now && !most_held_bytes.compare_exchange_weak(most, now)) {
  }
}

void* allocate_or_null(std::size_t bytes, std::size_t alignment) noexcept {
  if (fails_now()) return nullptr;
  const std::size_t wanted = bytes == 0 ? 1 : bytes;
  void* memory = alignment <= alignof(std::max_align_t)
                     ? std::malloc(wanted)
                     : std::aligned_alloc(alignment, (wanted + alignment - 1) / alignment * alignment);
  if (memory != nullptr) hold(memory);
  return memory;
}

void* allocate(std::size_t bytes, std::size_t alignment = 1) {
  void* memory = allocate_or_null(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) noexcept {
  if (memory == nullptr) return;
  held_bytes.fetch_sub(malloc_usable_size(memory), std::memory_order_relaxed);  // a sum, no order
  std::free(memory);
}
#endif

}  // namespace

std::size_t allocated_bytes() {
  return held_bytes;
}

AllocationPeak::AllocationPeak() : before_(held_bytes) {
  most_held_bytes = before_;
}

std::size_t AllocationPeak::bytes() const {
  return most_held_bytes - before_;
}

AllocationFault::AllocationFault(std::uint64_t nth) {
  CONTEND_CHECK(nth >= 1 && !armed, "allocations are counted from 1, and one fault at a time");
  has_fired = false;
  calls_left = nth;
  armed = true;
}

AllocationFault::~AllocationFault() {
  stop();
}

void AllocationFault::stop() {
  armed = false;
}

bool AllocationFault::fired() const {
  return has_fired;
}

}  // namespace contend

#ifndef CONTEND_TSAN
void* operator new(std::size_t bytes) {
  return contend::allocate(bytes);
}
void* operator new[](std::size_t bytes) {
  return contend::allocate(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return contend::allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return contend::allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return contend::allocate_or_null(bytes, 1);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return contend::allocate_or_null(bytes, 1);
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return contend::allocate_or_null(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return contend::allocate_or_null(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  contend::release(memory);
}
void operator delete[](void* memory) noexcept {
  contend::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  contend::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  contend::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  contend::release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  contend::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  contend::release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  contend::release(memory);
}

// What TBB's containers call, in the headers, for their memory: the definitions of the program come before the library's.
namespace tbb::detail::r1 {

void* allocate_memory(std::size_t bytes) {
  return contend::allocate(bytes);
}
void deallocate_memory(void* memory) {
  contend::release(memory);
}
void* cache_aligned_allocate(std::size_t bytes) {
  return contend::allocate(bytes, contend::cache_line_bytes);
}
void cache_aligned_deallocate(void* memory) {
  contend::release(memory);
}

}  // namespace tbb::detail::r1
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// The first as in stress/driver/sanitizers.cpp. The others: when memory runs out inside of oneTBB it loses what it has, tokens
// of a pipeline and counts of a group; the scheduler must then leave that group alone.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:__cxa_thread_atexit_impl\nleak:libtbb.so\nleak:TbbTaskGroupScheduler\n";
}
#endif
#endif
