#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contend {

// The name in `known` with the fewest edits to `name`, for "did you mean"; empty if there is none. A name without a slash
// may stand for the last part of one with slashes. O(total length).
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

// "did you mean 'a' or 'b'?": the known names that end as `name` does, whatever system it was asked of; else the nearest.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

// A workload or an attack, which belongs to a system.
struct OwnedName {
  std::string system;
  std::string name;
};

// Why there is no such `kind` ("workload", "attack") in what was asked for: systems and system/design, all if empty.
// Empty if there is one.
std::string explain_unknown(std::string_view kind, std::string_view name, const std::vector<OwnedName>& all,
                            const std::vector<std::string>& asked);

}  // namespace contend
