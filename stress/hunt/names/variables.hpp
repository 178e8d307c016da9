#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stress/hunt/names/symbols.hpp"
#include "stress/hunt/recording/trace.hpp"

namespace contend::hunt {

// What the accesses of the execution that was recorded last call their memory. Globals and local variables have their names,
// elements of an array their number, blocks of the heap a letter; `stack.head_` is what
// the line calls head_, somewhere in `stack`. Where the compiler's notes and the source line leave a doubt, a distance in bytes or the address stands instead.
class Variables {
 public:
  explicit Variables(Symbols& symbols);

  // Before any name is asked for, of all events that will be told: a name that one of them shows serves all.
  void learn(std::size_t event_index, const std::vector<SourcePlace>& stack);
  std::string name_of(std::size_t event_index);
  // A value that was seen there: a number, or what a pointer points to.
  std::string value(std::size_t event_index, std::uint64_t value);

  // What the letters stand for.
  std::vector<std::string> legend();
  // The allocation of the block that the address lay in when the event happened.
  std::optional<std::size_t> allocation_of(std::size_t event_index, std::uintptr_t address) const;
  std::string letter_of_block(std::size_t allocation);

 private:
  // The object that an address lies in.
  struct Whole {
    std::string name;
    std::uintptr_t begin = 0;
    std::uint64_t bytes = 0;
    bool may_be_scalar = false;  // then what lies at its beginning and is as large may be all of it
    bool is_known() const { return !name.empty(); }
  };
  struct Key {
    std::uintptr_t address;
    std::size_t allocation;
    auto operator<=>(const Key&) const = default;
  };
  std::string letter_of(const Key& key);
  std::string told_letter(const Key& key);
  Key key_of(std::size_t event_index, std::uintptr_t address) const;
  Whole whole_at(std::size_t event_index, std::uintptr_t address);
  Whole local_at(std::size_t event_index, std::uintptr_t address);
  Whole local_in_calls(const Event& one, std::uintptr_t address, std::uintptr_t Frame::* asked_at);
  std::string make_name(std::size_t event_index, std::uintptr_t address);
  std::optional<std::size_t> event_of_thread(std::uint32_t thread, std::size_t event_index) const;

  Symbols& symbols_;
  std::map<Key, std::string> members_;
  std::map<Key, std::string> plain_names_;
  std::map<Key, std::string> names_;
  std::map<std::string, Key> keys_;
  std::map<Key, std::string> letters_;
  std::vector<Key> by_letter_;
  std::vector<std::size_t> allocations_;
};

// Where an event happened, innermost first, without what the hunt itself called.
std::vector<SourcePlace> places_of(const Event& one, Symbols& symbols);
// Of those the first in the program's own code; the number of all if there is none.
std::size_t own_place(const std::vector<SourcePlace>& stack);

}  // namespace contend::hunt
