#pragma once

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace contend {

// The name of an enumerator as the code writes it, "?" for a value that has none. The enumeration must be described by
// BOOST_DESCRIBE_ENUM beside its definition (<boost/describe/enum.hpp>). Include this where texts are made, not in the
// header that defines the enumeration: it is expensive to compile. O(enumerators).
template <class Enum>
constexpr std::string_view enum_text(Enum value) {
  std::string_view text = "?";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto enumerator) {
    if (value == enumerator.value) text = enumerator.name;
  });
  return text;
}

// For options: throws std::invalid_argument with the field and its value if that is no enumerator.
template <class Enum>
void require_enumerator(std::string_view field, Enum value) {
  if (enum_text(value) != "?") return;
  throw std::invalid_argument(std::string(field) + " is " + std::to_string(static_cast<int>(value)) +
                              ", which is none of those that are declared");
}

// How many enumerators a described enumeration has.
template <class Enum>
inline constexpr std::size_t enum_count = boost::mp11::mp_size<boost::describe::describe_enumerators<Enum>>::value;

}  // namespace contend
