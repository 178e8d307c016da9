#pragma once

#include <source_location>
#include <string_view>

namespace contend {

// Prints what was broken and where, then aborts. Always on: an invariant that holds only in debug builds is not one.
[[noreturn]] void check_failed(std::string_view condition, std::string_view meaning,
                               std::source_location where = std::source_location::current());

}  // namespace contend

// Aborts with the condition and its meaning when a broken invariant is met. For mistakes of this project's code only:
// bad input is answered by a value, bad configuration by an exception.
#define CONTEND_CHECK(condition, meaning)                             \
  do {                                                                \
    if (!(condition)) ::contend::check_failed(#condition, (meaning)); \
  } while (false)
