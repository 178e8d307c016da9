#pragma once

#include <string>
#include <string_view>

namespace contend::log_parser {

// For people, what a log holds, in lines of at most 100 columns: its format as detect_format finds it, how much of it is
// understood, what is not and where that begins, events by level, the errors that are most, and when they were. `year` is
// that of the first time of a format that writes none. O(bytes), memory for the minutes in which there were events.
std::string describe_log(std::string_view name, std::string_view text, int year);

}  // namespace contend::log_parser
