#pragma once

#include <cstddef>
#include <string_view>

namespace contend::log_parser {

// Writes the key of an error to `key`, which has room for max_template_bytes, and returns its length: the message with what
// changes from one error to the next masked, as log_parser.hpp says. Looks at most at the first 4096 bytes. O(those).
std::size_t mask_message(std::string_view message, char* key);

}  // namespace contend::log_parser
