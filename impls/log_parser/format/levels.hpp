#pragma once

#include <cstdint>
#include <string_view>

#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// A level by its usual names in small letters or capitals, else unknown.
Level level_of(std::string_view word);

// T, V, D, I, N, W, E, C, F and A, to which klog, Android and others shorten them, else unknown.
Level level_of_letter(char letter);

// 0 to 7 as syslog numbers them, else unknown.
Level level_of_priority(int priority);
// As pino and bunyan count in tens, Monolog and Google in hundreds and Logback in ten thousands, else unknown.
Level level_of_number(int number);
// As Python's logging counts, where every number is one of a level.
Level level_of_python(int number);
// 1 to 24 as OpenTelemetry numbers them, else unknown.
Level level_of_otel(int number);

// Which words count as a level in text that has no field for one.
enum class LevelWords : std::uint8_t {
  first_in_any_case,  // the first word may be in small letters, or one capital letter
  marked,             // only words in capitals, in brackets or between bars or dashes, before a colon or after level=
};

// The first level among the next `most_words` words, of which `[...]` is one and marks alone are none. Leaves the cursor
// behind it, or where it was if there is none. O(those words).
Level find_level(Cursor& cursor, int most_words, LevelWords words);

}  // namespace contend::log_parser
