#include "stress/hunt/runtime/platform.hpp"

namespace contend::hunt {

void give_up(const char* sentence) {
  long length = 0;
  while (sentence[length] != '\0') ++length;
  const char before[] = "hunt: ";
  kernel(SYS_write, 2, reinterpret_cast<long>(before), sizeof before - 1);
  kernel(SYS_write, 2, reinterpret_cast<long>(sentence), length);
  kernel(SYS_write, 2, reinterpret_cast<long>("\n"), 1);
  kernel(SYS_exit_group, 70);
  __builtin_unreachable();
}

void* reserve_memory(std::size_t bytes, void* where) {
  const long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (where != nullptr ? MAP_FIXED_NOREPLACE : 0);
  const long got =
      kernel(SYS_mmap, reinterpret_cast<long>(where), static_cast<long>(bytes), PROT_READ | PROT_WRITE, flags, -1, 0);
  if (got < 0 && got > -4096) give_up("no address space for the runtime: is it limited (ulimit -v)?");
  return reinterpret_cast<void*>(got);
}

}  // namespace contend::hunt
