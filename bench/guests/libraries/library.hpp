#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace contend {

// A shared library that was brought to be judged. It stays loaded. Where it cannot be loaded or a function that it must have is
// missing, that is said and the program ends with 2, as for any command line that cannot be obeyed.
class GuestLibrary {
 public:
  explicit GuestLibrary(const char* file) : file_(file), handle_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) refuse(dlerror());
  }

  // A function by the type that the header of the C ABI declares; null: there is none of that name.
  template <class Function>
  void find(const char* name, Function*& function) const {
    function = reinterpret_cast<Function*>(dlsym(handle_, name));
  }
  template <class Function>
  void require(const char* name, Function*& function) const {
    find(name, function);
    if (function == nullptr) refuse((std::string("it has no function ") + name).c_str());
  }

 private:
  [[noreturn]] void refuse(const char* why) const {
    std::fprintf(stderr, "'%s' is no library of this system: %s.\n", file_, why);
    std::_Exit(2);
  }

  const char* file_;
  void* handle_;
};

// The answers of a C ABI: a function that could not get memory throws, as the interfaces of C++ do.
inline constexpr int abi_no_memory = -2;
inline bool abi_done(int answer) {
  if (answer == abi_no_memory) throw std::bad_alloc();
  return answer == 1;
}

// Copies the value that `get(room, its bytes)` tells the length of, or answers false where there is none. A longer value than there
// is room for is asked for again: each call is an instant of its own, and the last one counts.
template <class Get>
bool copy_abi_value(Get get, std::string& value) {
  static thread_local std::string room(256, '\0');
  for (;;) {
    const std::int64_t answer = get(room.data(), room.size());
    if (answer == abi_no_memory) throw std::bad_alloc();
    if (answer < 0) return false;
    const auto bytes = static_cast<std::size_t>(answer);
    if (bytes <= room.size()) {
      value.assign(room, 0, bytes);
      return true;
    }
    room.resize(bytes);
  }
}

}  // namespace contend
