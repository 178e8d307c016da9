// Functions of the C library that read and write the memory of whoever calls them: compilers announce no access for what is done
// there. Where the program calls them the accesses are announced, and then the library does the rest.

#include <stddef.h>

#include "stress/hunt/entry/real.hpp"
#include "stress/hunt/memory/accesses.hpp"

namespace hunt = contend::hunt;
using hunt::address_of;

namespace {

// Libraries that come compiled call them too, for memory of their own.
bool is_seen(void* caller) {
  return hunt::scheduler.current != nullptr && hunt::in_program(address_of(caller));
}

void reads(const void* from, size_t bytes, void* caller) {
  if (bytes > 0) hunt::access_memory(address_of(from), bytes, false, address_of(caller));
}
void writes(const void* to, size_t bytes, void* caller) {
  if (bytes > 0) hunt::access_memory(address_of(to), bytes, true, address_of(caller));
}

size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

template <class Function>
Function* found_once(Function*& function, const char* name) {
  if (function == nullptr) function = reinterpret_cast<Function*>(hunt::next_symbol(name));
  return function;
}

using Compare = int(const void*, const void*, size_t);
using Search = void*(const void*, int, size_t);
using Length = size_t(const char*);
using BoundedLength = size_t(const char*, size_t);
using CompareText = int(const char*, const char*);
using CompareStart = int(const char*, const char*, size_t);
using Copy = char*(char*, const char*);
using CopyStart = char*(char*, const char*, size_t);

struct Library {
  Compare* memcmp;
  Search* memchr;
  Length* strlen;
  BoundedLength* strnlen;
  CompareText* strcmp;
  CompareStart* strncmp;
  Copy* strcpy;
  CopyStart* strncpy;
};
HUNT_STATE constinit Library library{};

}  // namespace

#define CALLER __builtin_return_address(0)
#define LIBRARY(name) found_once(library.name, #name)

extern "C" {

int memcmp(const void* a, const void* b, size_t bytes) noexcept {
  if (is_seen(CALLER)) {
    reads(a, bytes, CALLER);
    reads(b, bytes, CALLER);
  }
  return LIBRARY(memcmp)(a, b, bytes);
}
int bcmp(const void* a, const void* b, size_t bytes) noexcept {
  if (is_seen(CALLER)) {
    reads(a, bytes, CALLER);
    reads(b, bytes, CALLER);
  }
  return LIBRARY(memcmp)(a, b, bytes);
}
void* memchr(const void* text, int wanted, size_t bytes) noexcept {
  void* const found = LIBRARY(memchr)(text, wanted, bytes);
  const size_t looked_at = found == nullptr ? bytes : address_of(found) - address_of(text) + 1;
  if (is_seen(CALLER)) reads(text, looked_at, CALLER);
  return found;
}
size_t strlen(const char* text) noexcept {
  if (is_seen(CALLER)) reads(text, LIBRARY(strlen)(text) + 1, CALLER);
  return LIBRARY(strlen)(text);
}
size_t strnlen(const char* text, size_t most) noexcept {
  if (is_seen(CALLER)) reads(text, smaller(LIBRARY(strnlen)(text, most) + 1, most), CALLER);
  return LIBRARY(strnlen)(text, most);
}
int strcmp(const char* a, const char* b) noexcept {
  if (is_seen(CALLER)) {
    reads(a, LIBRARY(strlen)(a) + 1, CALLER);
    reads(b, LIBRARY(strlen)(b) + 1, CALLER);
  }
  return LIBRARY(strcmp)(a, b);
}
int strncmp(const char* a, const char* b, size_t most) noexcept {
  if (is_seen(CALLER)) {
    reads(a, smaller(LIBRARY(strnlen)(a, most) + 1, most), CALLER);
    reads(b, smaller(LIBRARY(strnlen)(b, most) + 1, most), CALLER);
  }
  return LIBRARY(strncmp)(a, b, most);
}
char* strcpy(char* to, const char* from) noexcept {
  if (is_seen(CALLER)) {
    const size_t bytes = LIBRARY(strlen)(from) + 1;
    reads(from, bytes, CALLER);
    writes(to, bytes, CALLER);
  }
  return LIBRARY(strcpy)(to, from);
}
char* strncpy(char* to, const char* from, size_t most) noexcept {
  if (is_seen(CALLER)) {
    reads(from, smaller(LIBRARY(strnlen)(from, most) + 1, most), CALLER);
    writes(to, most, CALLER);
  }
  return LIBRARY(strncpy)(to, from, most);
}

}  // extern "C"
