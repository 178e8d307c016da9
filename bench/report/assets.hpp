#pragma once

#include <string>

namespace contend {

// A page of bench/report/page/, in which each file that it names, /*FILE name*/, stands in its place. Throws
// std::runtime_error with a sentence where one cannot be read.
std::string read_asset(const std::string& name);

// Puts `with` where the page has its mark. Throws std::runtime_error where it has none.
void replace_mark(std::string& page, const std::string& mark, const std::string& with);

}  // namespace contend
