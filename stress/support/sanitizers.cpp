// What the sanitizers have to be told about code that is not compiled with them. Empty in builds without
// ThreadSanitizer.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CONTEND_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CONTEND_TSAN 1
#endif

#ifdef CONTEND_TSAN
#include <cstddef>
#include <cstdlib>
#include <new>

// Debian's libtbb.so is not instrumented, and its own allocator hands memory from thread to thread in ways that
// ThreadSanitizer does not see, which gives false reports. These replace it for this executable with malloc, which
// ThreadSanitizer knows: the cause is gone, and no report has to be suppressed.
namespace tbb::detail::r1 {
__attribute__((visibility("default"))) void* allocate_memory(std::size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
__attribute__((visibility("default"))) void deallocate_memory(void* memory) {
  std::free(memory);
}
__attribute__((visibility("default"))) void* cache_aligned_allocate(std::size_t bytes) {
  constexpr std::size_t line = 128;
  void* memory = std::aligned_alloc(line, (bytes + line - 1) / line * line);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
__attribute__((visibility("default"))) void cache_aligned_deallocate(void* memory) {
  std::free(memory);
}
}  // namespace tbb::detail::r1

extern "C" const char* __tsan_default_options() {
  return "exitcode=66:second_deadlock_stack=1:halt_on_error=0";
}

// Boost.Lockfree's free list reads the next pointer of a node that another thread may be taking just then, and throws
// the value away when the compare-and-swap on the tagged head fails: a benign race by design of the library.
extern "C" const char* __tsan_default_suppressions() {
  return "race:boost/lockfree/detail/freelist.hpp\n";
}
#endif
