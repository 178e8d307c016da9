#pragma once

#include <array>
#include <string_view>

#include "impls/log_parser/log_parser.hpp"
#include "impls/log_parser/stamps/stamp.hpp"

namespace contend::log_parser {

// What the first line of an event says. `message` points into the line, or into the room that its reader was given.
struct Header {
  Malformed malformed = Malformed::none;
  Level level = Level::unknown;
  Stamp stamp;
  std::string_view message;
};

// Where a reader puts a message that is written in another way than it reads: escaped, or in pieces.
using MessageRoom = std::array<char, 4096>;

// Whether a line has the shape of the format's header: it starts an event, even where its values turn out to be
// impossible. O(1), but for the length of a first word.
bool has_header_shape(Format format, std::string_view line);

// Of any line, also one without the shape of a header. O(line).
Header read_header(Format format, std::string_view line, MessageRoom& room);

// The second line of an event whose first had a time and no level: java.util.logging writes it there. False: it is none.
bool read_second_line(std::string_view line, Header& header);

}  // namespace contend::log_parser
