#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <string>

namespace contend {

// Longer than what a string holds in itself, so that a copy asks for memory.
inline std::string long_key(int number) {
  return fmt::format("a key that is too long to lie in the string itself, {:03}", number);
}
inline std::string long_value(int number) {
  return fmt::format("{}: {}", number, std::string(static_cast<std::size_t>(100 + number), 'v'));
}

}  // namespace contend
