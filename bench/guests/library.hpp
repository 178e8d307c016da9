#pragma once

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
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

}  // namespace contend
