#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace contend::hunt {

struct SourcePlace {
  std::string function;  // without parameters
  std::string file;      // for people: without what all files of the project begin with
  std::string path;      // as the compiler had it
  int line = 0;
  int column = 0;  // 0: not known
  bool is_known() const { return line > 0; }
  bool is_of_hunt() const { return file.starts_with("stress/hunt/") && !file.starts_with("stress/hunt/programs/"); }
  // Of the standard library, or of the hunt itself, which stands between the program and the system.
  bool is_of_library() const {
    return file.starts_with("/usr/") || file.find("/include/c++/") != std::string::npos || is_of_hunt();
  }
  std::string file_name() const { return file.substr(file.rfind('/') + 1); }
  std::string text() const { return is_known() ? file + ":" + std::to_string(line) : "?"; }
  std::string short_text() const { return is_known() ? file_name() + ":" + std::to_string(line) : "?"; }
  bool operator==(const SourcePlace&) const = default;
};

// A variable by the compiler's notes.
struct Variable {
  std::string name;          // empty: not known
  std::uintptr_t begin = 0;  // where it lies; of a local one the distance from the frame pointer
  std::uint64_t bytes = 0;
  SourcePlace place;  // of its declaration
};

// What the compiler noted of this program, by llvm-symbolizer (named by CONTEND_SYMBOLIZER) or addr2line, which knows
// lines only. An address stands for several places where calls were inlined, the innermost first.
class Symbols {
 public:
  // Looks many of them up in one go; each is the address that a call returns to.
  void look_up(const std::vector<std::uintptr_t>& addresses);
  const std::vector<SourcePlace>& at(std::uintptr_t address);
  // The global that covers an address.
  const Variable& global_at(std::uintptr_t address);
  // Those of the functions that are called where an address is; of blocks that end before others begin, too.
  void look_up_locals(const std::vector<std::uintptr_t>& addresses);
  const std::vector<Variable>& locals_at(std::uintptr_t address);

 private:
  std::map<std::uintptr_t, std::vector<SourcePlace>> places_;
  std::map<std::uintptr_t, Variable> globals_;
  std::map<std::uintptr_t, std::vector<Variable>> locals_;
};

}  // namespace contend::hunt
