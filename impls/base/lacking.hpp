#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "impls/base/enum_text.hpp"
#include "impls/base/offered_parts.hpp"

namespace contend {

// "has no scan", of the first part that is needed and not offered; empty where all are offered. Include it where texts are made,
// as enum_text.
template <class Part>
std::string lacking(const OfferedParts<Part>& offered, std::initializer_list<Part> needed) {
  for (const Part part : needed) {
    if (offered.has(part)) continue;
    std::string name(enum_text(part));
    for (char& letter : name) letter = letter == '_' ? ' ' : letter;
    return "has no " + name;
  }
  return "";
}

// "scan, size": what is not offered, for a description; empty where all is.
template <class Part>
std::string left_out(const OfferedParts<Part>& offered) {
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Part>>([&](auto part) {
    if (!offered.has(part.value)) names += (names.empty() ? "" : ", ") + std::string(enum_text(part.value));
  });
  return names;
}

// The first function's sentence of every part that is not offered.
template <class Part>
std::vector<std::string> lacking(const OfferedParts<Part>& offered) {
  std::vector<std::string> lacks;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Part>>([&](auto part) {
    if (std::string lack = lacking(offered, {part.value}); !lack.empty()) lacks.push_back(std::move(lack));
  });
  return lacks;
}

}  // namespace contend
