// The allocator of oneTBB, which comes compiled: what it hands out is the program's memory too, or objects in it would
// seem to be used while others still use what was there before.

#include <cstdlib>
#include <new>

namespace tbb::detail::r1 {

[[gnu::visibility("default")]] void* allocate_memory(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::visibility("default")]] void deallocate_memory(void* memory) {
  std::free(memory);
}
[[gnu::visibility("default")]] void* cache_aligned_allocate(std::size_t bytes) {
  constexpr std::size_t line = 128;
  void* const memory = std::aligned_alloc(line, (bytes + line - 1) / line * line);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::visibility("default")]] void cache_aligned_deallocate(void* memory) {
  std::free(memory);
}

}  // namespace tbb::detail::r1
