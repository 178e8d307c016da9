#pragma once

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

// Everything below stress/hunt that runs while an execution is explored keeps to two rules. It calls nothing that the
// program under test could have replaced or that this runtime interposes: the kernel is asked directly. And it uses no
// function template of the standard library that is not sure to be inlined: the linker may have taken the program's
// instrumented copy of it.

// State of the runtime: it lies in a section of its own, because all other globals of the program are put back before
// each execution.
#define HUNT_STATE [[gnu::section("hunt_state")]]

namespace contend::hunt {

// The answer of the kernel: a negative number is an error's.
inline long kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  long answer;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(answer)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return answer;
}

inline std::uintptr_t address_of(const volatile void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// Ends the process with a sentence: what cannot happen, or no memory for the runtime itself.
[[noreturn]] void give_up(const char* sentence);

// Zeroed memory that costs nothing until it is touched; at `where` exactly, unless that is null.
void* reserve_memory(std::size_t bytes, void* where = nullptr);

// Reserved for `count` elements, all zero.
template <class Element>
Element* reserve_array(std::size_t count) {
  return static_cast<Element*>(reserve_memory(sizeof(Element) * count));
}

// The generator splitmix64: a state of one word, so that a seed says it all.
struct Random {
  std::uint64_t state = 0;
  std::uint64_t next() {
    std::uint64_t bits = (state += 0x9E3779B97F4A7C15u);
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
  }
  // Uniform in [0, bound), but for a bias of bound / 2^32.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }
};

}  // namespace contend::hunt
