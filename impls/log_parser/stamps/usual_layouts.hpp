#pragma once

#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/stamps/stamp.hpp"

namespace contend::log_parser {

// The layouts of most lines, without a look at anything twice: yyyy-mm-dd hh:mm:ss,fff, the time of access logs, Mmm dd
// hh:mm:ss. False: the cursor stays, and the general way decides.
bool read_usual_layout(Cursor& cursor, FoundStamp& found);

}  // namespace contend::log_parser
