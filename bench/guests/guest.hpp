#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"

namespace contend {

// What bench/judge knows of somebody's class. Nothing below impls/ knows of guests: each system's wrapper (<system>.hpp here)
// makes its interface of what the class offers, found by the usual spellings, and leaves out the rest.

inline constexpr Contract guest_contract{.technique = "guest", .summary = "a file that was brought to be judged"};

// An instance: by the default constructor, or of the number that the options expect.
template <class Guest>
Guest make_guest(std::size_t expected) {
  if constexpr (std::default_initializable<Guest>) {
    return Guest();
  } else {
    static_assert(std::constructible_from<Guest, std::size_t>,
                  "the class needs a constructor without arguments, or with the number of entries that are expected");
    return Guest(expected);
  }
}

// A class that derives from the system's interface, judged whole. Where it promises less than the strictest guarantees, it says so
// in a static member `guarantees`. Made of the options where it takes them.
template <class System, class Guest>
bool register_whole_guest(std::string_view name) {
  typename System::Guarantees guarantees{};
  if constexpr (requires { guarantees = Guest::guarantees; }) guarantees = Guest::guarantees;
  Registry<System>::instance().add(
      {name, guest_contract, guarantees, [](const typename System::Options& options) -> std::unique_ptr<System> {
         if constexpr (std::constructible_from<Guest, const typename System::Options&>) {
           return std::make_unique<Guest>(options);
         } else {
           return std::make_unique<Guest>();
         }
       }});
  return true;
}

// Ends the program: somebody asked for what is not offered, without looking.
[[noreturn]] inline void not_offered(std::string_view part) {
  check_failed(part, "asked of a guest that does not offer it");
}

// A text that is there or not: an optional, a pointer, or what else can be asked and opened.
template <class Found>
concept PerhapsText = requires(const Found& found, std::string& text) {
  static_cast<bool>(found);
  text = *found;
};
template <PerhapsText Found>
bool copy_if_there(const Found& found, std::string& text) {
  if (!static_cast<bool>(found)) return false;
  text = *found;
  return true;
}

// An answer that says whether something was found or done: a truth value, or how many.
template <class Answer>
concept Tells = std::convertible_to<Answer, bool>;

}  // namespace contend
