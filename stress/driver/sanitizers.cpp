// What the sanitizers have to be told about code that is not compiled with them. Empty in builds without them.

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
extern "C" void AnnotateIgnoreWritesBegin(const char* file, int line);
extern "C" void AnnotateIgnoreWritesEnd(const char* file, int line);

namespace {
// Who gives memory of TBB back comes after all who have used it, which ThreadSanitizer does not see either.
void free_of_tbb(void* memory) {
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  std::free(memory);
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}
}  // namespace

namespace tbb::detail::d1 {
class small_object_pool;
struct execution_data;
}  // namespace tbb::detail::d1
namespace tbb::detail::r1 {
__attribute__((visibility("default"))) void* allocate_memory(std::size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
__attribute__((visibility("default"))) void deallocate_memory(void* memory) {
  free_of_tbb(memory);
}
__attribute__((visibility("default"))) void* cache_aligned_allocate(std::size_t bytes) {
  constexpr std::size_t line = 128;
  void* memory = std::aligned_alloc(line, (bytes + line - 1) / line * line);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
__attribute__((visibility("default"))) void cache_aligned_deallocate(void* memory) {
  free_of_tbb(memory);
}
// TBB's headers take tasks from these, and only hand the pool back that they got.
__attribute__((visibility("default"))) void* allocate(d1::small_object_pool*& pool, std::size_t bytes) {
  static char no_pool;
  pool = reinterpret_cast<d1::small_object_pool*>(&no_pool);
  return cache_aligned_allocate(bytes);
}
__attribute__((visibility("default"))) void* allocate(d1::small_object_pool*& pool, std::size_t bytes,
                                                      const d1::execution_data&) {
  return allocate(pool, bytes);
}
__attribute__((visibility("default"))) void deallocate(d1::small_object_pool&, void* memory, std::size_t) {
  free_of_tbb(memory);
}
__attribute__((visibility("default"))) void deallocate(d1::small_object_pool&, void* memory, std::size_t,
                                                       const d1::execution_data&) {
  free_of_tbb(memory);
}
}  // namespace tbb::detail::r1

extern "C" const char* __tsan_default_options() {
  return "exitcode=66:second_deadlock_stack=1:halt_on_error=0";
}

// Boost.Lockfree's free list reads the next pointer of a node that another thread may be taking just then, and throws
// the value away when the compare-and-swap on the tagged head fails: a benign race by design of the library.
extern "C" const char* __tsan_default_suppressions() {
  return "race:boost/lockfree/detail/freelist.hpp\n"
         // See shared_exception.hpp.
         "race:contend::read_shared_exception\n"
         // A filter of a TBB pipeline: what orders a token's way from one to the next is in the library, unseen.
         "race:tbb::detail::d1::concrete_filter\n"
         // What the library itself compares and frees, as when its threads start: both sides lie inside it.
         "called_from_lib:libtbb.so\n";
}
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// The C library's list of what a thread has to destroy when it ends. TBB's threads go on until the process is gone, and
// LeakSanitizer then may find the list of one of them without its owner. Weak: test programs have their own.
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions() {
  return "leak:__cxa_thread_atexit_impl\n";
}
#endif
#endif
