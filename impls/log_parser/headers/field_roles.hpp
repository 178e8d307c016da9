#pragma once

#include <cstdint>
#include <string_view>

namespace contend::log_parser {

// What a field of a structured line is for.
enum class Role : std::uint8_t {
  none,
  time,
  likely_time,
  date,
  nanoseconds,
  level,
  priority,
  python_level,
  otel_level,
  message,
  likely_message,
  text,
  log,
  stream,
  gelf
};

// Which the name says, written with points between nested names, in any case. none: not of the header. O(1).
Role role_of(std::string_view name);

// Whether fields of this one are looked at: log.level and the like.
bool may_hold_header_fields(std::string_view name);

}  // namespace contend::log_parser
