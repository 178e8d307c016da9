#pragma once

#include <cstdint>

#include "impls/base/time.hpp"
#include "impls/log_parser/format/cursor.hpp"

namespace contend::log_parser {

// What stands where a zone may stand: nothing of the kind, a zone, or what has the shape of one and cannot be it, or
// names one that is more than one. A time must not be taken for UTC in the last case.
enum class ZoneShape : std::uint8_t { none, impossible, whole };

// A zone after a time of day, spaces before it included: Z, +hh, +hhmm, +hh:mm, +hh:mm:ss, UTC+h, a name of the table in
// zones.cpp, each also in brackets of its own. An offset may be followed by a name, which then adds nothing. Takes nothing
// where there is none. O(1).
ZoneShape read_zone(Cursor& cursor, DurationNs& east_ns);

}  // namespace contend::log_parser
