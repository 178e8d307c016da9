#pragma once

#include <cstdint>
#include <string_view>

#include "impls/log_parser/headers/field_roles.hpp"
#include "impls/log_parser/headers/headers.hpp"

namespace contend::log_parser {

// The fields of a structured line, as JSON and logfmt have them: which of them are time, level and message is known by
// their names. Of each kind the first that can be read counts; a text that is more likely the message than the one before
// it takes its place.
class HeaderFields {
 public:
  struct Value {
    std::string_view text;  // of a string what stands between its quotes
    bool is_string = false;
    bool is_number = false;
    bool escaped = false;  // holds a backslash
  };

  // `name` is written with points between nested names, in any case.
  void add(std::string_view name, const Value& value);

  // The header, its message without escapes.
  Header finish(MessageRoom& room) const;

  // What a container's engine has wrapped: a line of a program, in one of its own formats.
  bool is_wrapped() const { return has_log_ && has_stream_ && header_.level == Level::unknown; }

 private:
  void add_time(Role role, const Value& value);
  void add_audit_time(const Value& value);
  void add_level(std::string_view name, Role role, const Value& value);
  void add_message(const Value& value, int rank);

  Header header_;
  bool timed_ = false;
  bool bad_time_ = false;
  bool has_log_ = false;
  bool has_stream_ = false;
  bool is_gelf_ = false;
  int gelf_level_ = -1;
  int nanoseconds_ = 0;  // that stand in a field of their own
  int message_rank_ = 0;
  bool message_escaped_ = false;
  std::string_view date_;  // of two fields for date and time
  std::string_view clock_;
};

// Writes a string without its escapes, as much of it as there is room for, and without a code point that is cut. O(room).
std::string_view unescape(std::string_view text, MessageRoom& room);

}  // namespace contend::log_parser
