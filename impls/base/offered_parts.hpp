#pragma once

#include <cstdint>
#include <initializer_list>

namespace contend {

// Which parts of an interface an implementation offers: all, until it says otherwise. `Part` is the system's enum of what may be
// left out, described for enum_text, with fewer than 32 members. What is not offered must not be called: tests, attacks and
// workloads ask here first.
template <class Part>
class OfferedParts {
 public:
  constexpr bool has(Part part) const { return (left_out_ & bit(part)) == 0; }
  constexpr bool has(std::initializer_list<Part> parts) const {
    for (const Part part : parts) {
      if (!has(part)) return false;
    }
    return true;
  }
  constexpr bool has_all() const { return left_out_ == 0; }

  constexpr void leave_out(Part part) { left_out_ |= bit(part); }

 private:
  static constexpr std::uint32_t bit(Part part) { return std::uint32_t{1} << static_cast<unsigned>(part); }

  std::uint32_t left_out_ = 0;
};

}  // namespace contend
