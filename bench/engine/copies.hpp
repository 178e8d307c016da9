#pragma once

#include <optional>
#include <string>

namespace contend {

// Copies of the reference that are measured as designs are, so that a run shows how far its verdicts can be believed.

// One that is the same: to call it faster or slower is a false call.
inline constexpr const char* again_name = "reference (again)";

// One that is made slower by so many percent, 1 to 100: to call it slower is right.
std::string slowed_name(int percent);
// Of such a name; none of others.
std::optional<int> slowed_percent(const std::string& implementation);

inline bool is_copy(const std::string& implementation) {
  return implementation == again_name || slowed_percent(implementation).has_value();
}
inline bool is_yardstick(const std::string& implementation) {
  return implementation == "reference" || is_copy(implementation);
}

}  // namespace contend
