#pragma once

#include <cstddef>
#include <string>

#include "stress/hunt/tell/story.hpp"

namespace contend::hunt {

// In columns, one a thread; as wide as asked for, as far as that is possible. Words around it included.
std::string timeline_text(const Story& story, std::size_t width);

}  // namespace contend::hunt
