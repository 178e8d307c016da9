#include "stress/hunt/memory/leaks.hpp"

#include "stress/hunt/memory/heap.hpp"
#include "stress/hunt/memory/image.hpp"
#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/runtime/message.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t most_blocks = 1 << 20;

struct Search {
  HeapBlock* blocks;  // by address
  bool* reached;
  std::size_t* to_scan;
  std::size_t count;
  std::size_t scan_count;
};
HUNT_STATE constinit Search search{};

void reach(std::uintptr_t pointer) {
  if (pointer < heap_begin_of_execution() || pointer >= heap_end()) return;
  std::size_t low = 0;
  std::size_t high = search.count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (search.blocks[middle].address + search.blocks[middle].bytes <= pointer) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == search.count || pointer < search.blocks[low].address || search.reached[low]) return;
  search.reached[low] = true;
  search.to_scan[search.scan_count++] = low;
}

void scan(std::uintptr_t begin, std::size_t bytes) {
  const std::uintptr_t end = begin + bytes;
  for (std::uintptr_t at = (begin + 7) & ~std::uintptr_t{7}; at + 8 <= end; at += 8) {
    reach(*reinterpret_cast<const std::uintptr_t*>(at));
  }
}

void collect_blocks() {
  if (search.blocks == nullptr) {
    search.blocks = reserve_array<HeapBlock>(most_blocks);
    search.reached = reserve_array<bool>(most_blocks);
    search.to_scan = reserve_array<std::size_t>(most_blocks);
  }
  search.count = search.scan_count = 0;
  for_each_block([](HeapBlock block) {
    if (search.count == most_blocks) return;
    search.reached[search.count] = false;
    search.blocks[search.count++] = block;
  });
}

}  // namespace

void report_leaks() {
  if (blocks_in_use() == 0) return;
  collect_blocks();
  for (std::size_t i = 0; i < segment_count(); ++i) scan(address_of(segment(i).begin), segment(i).bytes);
  scan(first_heap, heap_begin_of_execution() - first_heap);
  while (search.scan_count > 0) {
    const HeapBlock& block = search.blocks[search.to_scan[--search.scan_count]];
    scan(block.address, block.bytes);
  }
  std::uint64_t leaked = 0;
  std::uint64_t bytes = 0;
  std::uintptr_t first = 0;
  for (std::size_t i = 0; i < search.count; ++i) {
    if (search.reached[i]) continue;
    if (leaked++ == 0) first = search.blocks[i].address;
    bytes += search.blocks[i].bytes;
  }
  if (leaked == 0) return;
  Message text;
  text.add_number(leaked).add(leaked == 1 ? " block of " : " blocks of ").add_number(bytes);
  text.add(" bytes in all that nothing points to any more");
  found(FindingKind::leak, first, text.text());
}

}  // namespace contend::hunt
