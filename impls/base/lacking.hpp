#pragma once

#include <initializer_list>
#include <string>

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

}  // namespace contend
