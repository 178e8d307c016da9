#pragma once

#include <string>
#include <string_view>

namespace contend::crawler {

// The value of an attribute with its character references replaced, as the WHATWG's tokenizer does it in attributes: a
// named one without its semicolon only where it is one of the old names and neither `=` nor a letter nor a digit follows.
// U+FFFD stands for NUL and for numbers that are no character. UTF-8 in, UTF-8 out. O(bytes).
std::string decoded_references(std::string_view value);

// Defined beside it: `name;hex` of each, or `name:hex` where the name is known without its semicolon too; of two code
// points with a comma between them. In the order of the names, separated by spaces or newlines.
extern const std::string_view named_character_list;

}  // namespace contend::crawler
