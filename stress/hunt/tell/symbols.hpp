#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace contend::hunt {

struct SourcePlace {
  std::string function;  // without parameters
  std::string file;      // as the compiler was given it, without what all files of the project begin with
  int line = 0;
  bool is_known() const { return line > 0; }
  bool is_of_hunt() const { return file.starts_with("stress/hunt/") && !file.starts_with("stress/hunt/programs/"); }
  // Of the standard library, or of the hunt itself, which stands between the program and the system.
  bool is_of_library() const {
    return file.starts_with("/usr/") || file.find("/include/c++/") != std::string::npos || is_of_hunt();
  }
  std::string text() const { return is_known() ? file + ":" + std::to_string(line) : "?"; }
};

// Places of this program in its sources, by llvm-symbolizer (named by CONTEND_SYMBOLIZER) or addr2line. An address stands
// for several places where calls were inlined, the innermost first.
class Symbols {
 public:
  // Looks many of them up in one go; each is the address that a call returns to.
  void look_up(const std::vector<std::uintptr_t>& addresses);
  const std::vector<SourcePlace>& at(std::uintptr_t address);

 private:
  std::map<std::uintptr_t, std::vector<SourcePlace>> known_;
};

}  // namespace contend::hunt
