#include "stress/hunt/memory/heap.hpp"

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/runtime/platform.hpp"

namespace contend::hunt {
namespace {

// Before each block. Blocks follow each other without gaps, so the heap can be walked.
struct alignas(16) Header {
  std::uint64_t bytes;  // as asked for
  std::uint32_t size_class;
  std::uint16_t in_use;
  std::uint16_t shift;  // of what was handed out behind the header, in units of 16: for alignment; 0: none
};
static_assert(sizeof(Header) == 16);

constexpr std::uint32_t small_classes = 64;  // of 16 bytes more each; then each twice as large
constexpr std::uint32_t size_classes = 96;
constexpr std::size_t largest_small = 16 * small_classes;

struct Places {
  std::size_t top;  // from first_heap
  void* free[size_classes];
  std::uint64_t in_use;
};

struct Heap {
  bool ready;
  bool loaded;
  Places now;
  Places kept;
  char* kept_contents;
  std::size_t set_up_top;
};
HUNT_STATE constinit Heap heap{};

std::uint32_t class_of(std::size_t bytes) {
  if (bytes <= largest_small) return static_cast<std::uint32_t>((bytes + 15) / 16);
  std::uint32_t found = small_classes;
  for (std::size_t size = largest_small; size < bytes; size *= 2) ++found;
  return found;
}

std::size_t bytes_of_class(std::uint32_t size_class) {
  return size_class <= small_classes ? std::size_t{16} * size_class : largest_small << (size_class - small_classes);
}

char* base() {
  return reinterpret_cast<char*>(first_heap);
}

// The header of the block, where `memory` is what was handed out: an aligned block has a second one that says how far.
Header& header_of(void* memory) {
  Header* const header = static_cast<Header*>(memory) - 1;
  return header->shift == 0 ? *header : *(static_cast<Header*>(memory) - header->shift - 1);
}

void* take_block(std::size_t bytes) {
  const std::uint32_t size_class = class_of(bytes);
  void* memory = heap.now.free[size_class];
  if (memory != nullptr) {
    __builtin_memcpy(&heap.now.free[size_class], memory, sizeof(void*));
  } else {
    const std::size_t whole = sizeof(Header) + bytes_of_class(size_class);
    if (heap.now.top + whole > heap_bytes) return nullptr;
    memory = base() + heap.now.top + sizeof(Header);
    heap.now.top += whole;
  }
  Header* const header = static_cast<Header*>(memory) - 1;
  *header = {.bytes = bytes, .size_class = size_class, .in_use = 1, .shift = 0};
  ++heap.now.in_use;
  return memory;
}

}  // namespace

void prepare_heap() {
  if (heap.ready) return;
  heap.ready = true;
  reserve_memory(heap_bytes, base());
}

bool is_loading() {
  return !heap.loaded;
}
void program_is_loaded() {
  heap.loaded = true;
}

void keep_heap() {
  heap.kept = heap.now;
  heap.kept_contents = static_cast<char*>(reserve_memory(heap.now.top + 1));
  __builtin_memcpy(heap.kept_contents, base(), heap.now.top);
}

void begin_heap() {
  heap.now = heap.kept;
  __builtin_memcpy(base(), heap.kept_contents, heap.kept.top);
  heap.set_up_top = 0;
}

void heap_is_set_up() {
  heap.set_up_top = heap.now.top;
}
bool is_from_set_up(std::uintptr_t address) {
  return address - first_heap < heap.set_up_top;
}

void* heap_allocate(std::size_t bytes, std::size_t alignment) {
  constexpr std::size_t most = std::size_t{1} << 34;
  if (bytes > most || alignment > most) return nullptr;
  if (bytes == 0) bytes = 1;
  if (alignment <= 16) return take_block(bytes);
  char* const block = static_cast<char*>(take_block(bytes + alignment));
  if (block == nullptr) return nullptr;
  const std::uintptr_t address = (address_of(block) + alignment - 1) & ~(alignment - 1);
  char* const memory = reinterpret_cast<char*>(address);
  (reinterpret_cast<Header*>(block) - 1)->bytes = static_cast<std::size_t>(memory - block) + bytes;
  if (memory != block) {
    *(reinterpret_cast<Header*>(memory) - 1) = {
        .bytes = bytes, .size_class = 0, .in_use = 1, .shift = static_cast<std::uint16_t>((memory - block) / 16)};
  }
  return memory;
}

std::size_t heap_size(void* memory) {
  return (static_cast<Header*>(memory) - 1)->bytes;
}

bool is_heap_block(const void* memory) {
  return in_heap(address_of(memory)) && (static_cast<const Header*>(memory) - 1)->in_use == 1;
}

void heap_free(void* memory) {
  Header& header = header_of(memory);
  (static_cast<Header*>(memory) - 1)->in_use = 0;
  header.in_use = 0;
  void* const block = &header + 1;
  __builtin_memcpy(block, &heap.now.free[header.size_class], sizeof(void*));
  heap.now.free[header.size_class] = block;
  --heap.now.in_use;
}

void for_each_block(void (*visit)(HeapBlock)) {
  for (std::uintptr_t at = heap_begin_of_execution(); at < heap_end();) {
    const Header& header = *reinterpret_cast<const Header*>(at);
    const std::uintptr_t memory = at + sizeof(Header);
    at = memory + bytes_of_class(header.size_class);
    if (header.in_use == 1) visit({memory, bytes_of_class(header.size_class)});
  }
}

std::uintptr_t heap_begin_of_execution() {
  return first_heap + heap.kept.top;
}
std::uintptr_t heap_end() {
  return first_heap + heap.now.top;
}
std::uint64_t blocks_in_use() {
  return heap.now.in_use - heap.kept.in_use;
}

}  // namespace contend::hunt
