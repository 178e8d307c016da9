#pragma once

#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"

namespace contend {

// What bench/judge knows of somebody's class. Nothing below impls/ knows of guests: each system's wrapper (plain/<system>.hpp)
// makes its interface of what the class offers, found by the usual spellings, and leaves out the rest.

inline constexpr Contract guest_contract{.technique = "guest", .summary = "a file that was brought to be judged"};

// An instance: as bench/judge --make says, or by the default constructor, or of the number that the options expect.
template <class Guest>
Guest make_guest([[maybe_unused]] std::size_t expected) {
#ifdef CONTEND_MADE_GUEST
  return CONTEND_MADE_GUEST;
#else
  if constexpr (std::default_initializable<Guest>) {
    return Guest();
  } else {
    static_assert(std::constructible_from<Guest, std::size_t>,
                  "it has no constructor without arguments, nor with the number of entries that are expected; say with "
                  "--make how it is made");
    if constexpr (std::constructible_from<Guest, std::size_t>) return Guest(expected);
  }
#endif
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

// The class cannot be judged, for a reason that only a look at an instance tells. Ends the program with 2, as for any command line that
// cannot be obeyed.
[[noreturn]] inline void refuse_guest(const char* why) {
  std::fprintf(stderr, "It compiles, but cannot be judged: %s.\n", why);
  std::_Exit(2);
}

// A text that is there or not: an optional, a pointer, or what else can be asked and opened.
template <class Found>
concept PerhapsText = requires(const Found& found, std::string& text) {
  static_cast<bool>(found);
  text = *found;
} && !std::same_as<std::remove_cvref_t<decltype(*std::declval<const Found&>())>, char>;
// A text; where there is none, it is thrown.
template <class Found>
concept ThrowsOrText = std::convertible_to<Found, std::string> && !PerhapsText<Found> && !std::is_pointer_v<Found>;

template <PerhapsText Found>
bool copy_if_there(const Found& found, std::string& text) {
  if (!static_cast<bool>(found)) return false;
  text = *found;
  return true;
}

// --- a look at a key, by the usual spellings, tried one after the other ---

template <class Guest, class... Arguments>
decltype(auto) call_get(Guest& guest, Arguments&... arguments)
  requires requires { guest.get(arguments...); } || requires { guest.find(arguments...); } ||
           requires { guest.lookup(arguments...); }
{
  if constexpr (requires { guest.get(arguments...); }) {
    return guest.get(arguments...);
  } else if constexpr (requires { guest.find(arguments...); }) {
    return guest.find(arguments...);
  } else {
    return guest.lookup(arguments...);
  }
}
template <class Guest, class... Arguments>
using GetAnswer = decltype(call_get(std::declval<Guest&>(), std::declval<Arguments&>()...));

// How a class with texts like `Text`, and with a time where there is one, tells what is under a key.
template <class Guest, class Text, class... Time>
concept GetsByReference =
    requires { requires std::convertible_to<GetAnswer<Guest, Text, Time..., std::string>, bool>; };
template <class Guest, class Text, class... Time>
concept GetsByPointer = requires { requires std::convertible_to<GetAnswer<Guest, Text, Time..., std::string*>, bool>; };
template <class Guest, class Text, class... Time>
concept GetsPerhaps = requires { requires PerhapsText<GetAnswer<Guest, Text, Time...>>; };
template <class Guest, class Text, class... Time>
concept GetsOrThrows = requires { requires ThrowsOrText<GetAnswer<Guest, Text, Time...>>; };
template <class Guest, class Text, class... Time>
concept Gets = GetsByReference<Guest, Text, Time...> || GetsByPointer<Guest, Text, Time...> ||
               GetsPerhaps<Guest, Text, Time...> || GetsOrThrows<Guest, Text, Time...>;

template <class Text, class Guest, class... Time>
  requires Gets<Guest, Text, Time...>
bool guest_get(Guest& guest, Text key, std::string& value, Time... time) {
  if constexpr (GetsByReference<Guest, Text, Time...>) {
    return static_cast<bool>(call_get(guest, key, time..., value));
  } else if constexpr (GetsByPointer<Guest, Text, Time...>) {
    std::string* place = &value;
    return static_cast<bool>(call_get(guest, key, time..., place));
  } else if constexpr (GetsPerhaps<Guest, Text, Time...>) {
    return copy_if_there(call_get(guest, key, time...), value);
  } else {
    try {
      value = call_get(guest, key, time...);
      return true;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception&) {
      return false;
    }
  }
}

// A text alone does not tell whether it is there: who answers one must throw where there is none.
template <class Text, class Guest, class... Time>
void refuse_unless_it_throws(Guest guest, Time... time) {
  std::string value;
  if (guest_get<Text>(guest, Text("no such key"), value, time...)) {
    refuse_guest(
        "its get answers a text also where there is none; it must throw there, or answer an optional, a pointer or a "
        "bool");
  }
}

// --- storing and removing ---

template <class Text, class Guest, class... More>
decltype(auto) guest_put(Guest& guest, Text key, Text value, More... more)
  requires requires { guest.set(key, value, more...); } || requires { guest.put(key, value, more...); } ||
           requires { guest.insert_or_assign(key, value, more...); } || requires { guest.upsert(key, value, more...); }
{
  if constexpr (requires { guest.set(key, value, more...); }) {
    return guest.set(key, value, more...);
  } else if constexpr (requires { guest.put(key, value, more...); }) {
    return guest.put(key, value, more...);
  } else if constexpr (requires { guest.insert_or_assign(key, value, more...); }) {
    return guest.insert_or_assign(key, value, more...);
  } else {
    return guest.upsert(key, value, more...);
  }
}

template <class Text, class Guest, class... Time>
decltype(auto) guest_erase(Guest& guest, Text key, Time... time)
  requires requires { guest.erase(key, time...); } || requires { guest.remove(key, time...); } ||
           requires { guest.del(key, time...); }
{
  if constexpr (requires { guest.erase(key, time...); }) {
    return guest.erase(key, time...);
  } else if constexpr (requires { guest.remove(key, time...); }) {
    return guest.remove(key, time...);
  } else {
    return guest.del(key, time...);
  }
}

// An answer that says whether something was found or done: a truth value, or how many.
template <class Answer>
concept Tells = std::convertible_to<Answer, bool>;

}  // namespace contend
