#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contend {

// The name in `known` with the fewest edits to `name`, for "did you mean"; empty if there is none. O(total length).
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace contend
