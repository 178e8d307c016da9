#pragma once

#include <string_view>

#include "impls/log_parser/format/cursor.hpp"
#include "impls/log_parser/format/log_format.hpp"

// The readers of each format's header. All of them take any line.

namespace contend::log_parser {

// How near its front a line has its time, where a format does not say at which place, and behind its time its level.
inline constexpr int words_before_time = 4;
inline constexpr int words_with_level = 5;
// The words that a text begins with of which one may be marked as its level.
inline constexpr int words_in_text = 3;

bool has_dated_shape(std::string_view line);
Header read_dated_header(std::string_view line, MessageRoom& room);

bool has_stamped_shape(std::string_view line);
Header read_stamped_header(std::string_view line, MessageRoom& room);
Header read_custom_header(std::string_view line, MessageRoom& room);

Header read_access_header(std::string_view line);

bool has_syslog_shape(std::string_view line);
Header read_syslog_header(std::string_view line, MessageRoom& room);

bool has_json_shape(std::string_view line);
Header read_json_header(std::string_view line, MessageRoom& room);

bool has_logfmt_shape(std::string_view line);
Header read_logfmt_header(std::string_view line, MessageRoom& room);

bool has_klog_shape(std::string_view line);
Header read_klog_header(std::string_view line);

bool has_apache_error_shape(std::string_view line);
Header read_apache_error_header(std::string_view line);

bool has_logcat_shape(std::string_view line);
Header read_logcat_header(std::string_view line);

// The stamp that begins at the cursor into `header`, which without a whole one has a bad timestamp.
void take_stamp(Cursor& cursor, StampRules rules, Header& header);

// Level and message of a text that stands in another format's field, in whatever of the formats it is.
void read_text(std::string_view text, MessageRoom& room, Header& header);
// Of an object of which the end may be missing.
Header read_json_fields(std::string_view text, MessageRoom& room);

// A line that a container's engine has wrapped and that goes on with what came before it.
bool is_wrapped_continuation(std::string_view text);

}  // namespace contend::log_parser
