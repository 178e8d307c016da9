#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace contend {

// The leading table as HTML, one row a system, so that it is there without a script: each row links to the address under
// which the page shows its panel. Empty where the file has no summary.
std::string leading_table(const nlohmann::json& results);

}  // namespace contend
