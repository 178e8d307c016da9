#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace contend {

// The README of a folder of results, as Markdown: the picture, what it was measured on, how the machine checked itself, and
// which file holds what.
std::string card_of(const nlohmann::json& results);

}  // namespace contend
