#pragma once

#include <cstddef>
#include <string_view>

namespace contend::log_parser {

// Writes the key of an error to `key`, which has room for max_template_bytes, and returns its length: the message with
// uuids as <uuid>, words of 8 and more hex digits, at least one of each kind, and 0x words as <hex>, and other runs of
// digits as <num>.
std::size_t mask_message(std::string_view message, char* key);

}  // namespace contend::log_parser
