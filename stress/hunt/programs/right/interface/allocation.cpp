// The functions that hand out memory: aligned, zeroed and grown as they say, by one thread and given back by another.

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <cstdint>
#include <memory>
#include <new>
#include <thread>

namespace {

bool is_aligned(const void* memory, std::size_t to) {
  return memory != nullptr && reinterpret_cast<std::uintptr_t>(memory) % to == 0;
}

struct alignas(64) Line {
  char bytes[64];
};

bool hands_out() {
  void* all[8] = {malloc(3), calloc(3, 5), aligned_alloc(64, 128), memalign(256, 10), valloc(10), nullptr,
                  nullptr,   nullptr};
  void* volatile too_much = calloc(SIZE_MAX / 2, 4);  // what nobody looks at the compiler leaves out
  const int made = posix_memalign(&all[5], 128, 10);
  all[6] = reallocarray(nullptr, 4, 4);
  all[7] = strdup("text");
  bool right = made == 0 && is_aligned(all[0], 16) && is_aligned(all[2], 64) && is_aligned(all[3], 256) &&
               is_aligned(all[4], 4096) && is_aligned(all[5], 128) && strcmp(static_cast<char*>(all[7]), "text") == 0;
  for (int i = 0; i < 15; ++i) right = right && static_cast<char*>(all[1])[i] == 0;
  right = right && malloc_usable_size(all[0]) >= 3 && too_much == nullptr;
  for (void* const memory : all) free(memory);
  return right;
}

bool grows() {
  auto* memory = static_cast<char*>(malloc(4));
  memcpy(memory, "abc", 4);
  memory = static_cast<char*>(realloc(memory, 10'000));
  const bool kept = strcmp(memory, "abc") == 0;
  memory = static_cast<char*>(realloc(memory, 2));
  const bool still = memory[1] == 'b';
  free(memory);
  return kept && still;
}

}  // namespace

int main() {
  bool right = false;
  bool also_right = false;
  std::unique_ptr<Line> line;
  std::thread first([&] {
    right = hands_out() && grows();
    line = std::make_unique<Line>();
  });
  std::thread second([&] { also_right = hands_out() && grows(); });
  first.join();
  second.join();
  const bool aligned = is_aligned(line.get(), 64);
  return right && also_right && aligned ? 0 : 1;
}
