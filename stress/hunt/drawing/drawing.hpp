#pragma once

#include <string>

#include "stress/hunt/tell/story.hpp"

namespace contend::hunt {

// What stands around the picture of a story.
struct Caption {
  std::string title;  // "aba_stack: assertion"
  std::string rule;   // that was broken
  std::string token;
};

// The story as a picture that needs nothing else: threads as columns, time downwards, what is the find in red, an arrow where
// one thread sees what another has stored or waits for its lock. Readable on light and on dark pages.
std::string timeline_svg(const Story& story, const Caption& caption);

}  // namespace contend::hunt
