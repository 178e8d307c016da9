#pragma once

#include <string_view>

#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/stamps/stamp.hpp"

// Times that count from the beginning of an epoch.
namespace contend::log_parser {

// Digits of a number since 1970, with a fraction and an exponent: seconds, or by the size of its whole part milli-, micro-
// or nanoseconds. Only what is read wholly and lies before 2201 is a time.
FoundStamp read_epoch(std::string_view number);

// A number of today that stands at the cursor: 10 digits and a fraction of three and more, or 13, 16 or 19 digits.
// False: there is none, and the cursor stays.
bool read_epoch_word(Cursor& cursor, StampRules rules, FoundStamp& found);
// The same for daemontools' label: @, and seconds and nanoseconds of TAI in hexadecimal digits.
bool read_tai64n(Cursor& cursor, FoundStamp& found);

}  // namespace contend::log_parser
