#pragma once

#include <array>

#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// What is open in a stream between two lines.
enum class Open : std::uint8_t { nothing, orphan, event };
inline constexpr std::array<Open, 3> open_states{Open::nothing, Open::orphan, Open::event};

struct LineRole {
  bool start = false;
  bool condition = false;
};

// What a line does: it goes on with what is open, or ends it before it begins something of its own.
struct LineStep {
  bool begins = false;  // closes what is open first
  bool closes = false;  // the line is the last of its event
  Open next = Open::nothing;
};

// The state machine of event grouping, without the text: what a line does depends on its role and on what is open, and
// on nothing else. O(1).
constexpr LineStep step_line(GroupingMode mode, Open open, LineRole role) {
  constexpr LineStep goes_on{false, false, Open::event};
  constexpr LineStep ends_with_it{false, true, Open::nothing};
  if (open == Open::event) {
    switch (mode) {
      case GroupingMode::continue_through:
        if (role.condition) return goes_on;
        break;
      case GroupingMode::continue_past:
        return role.condition ? goes_on : ends_with_it;
      case GroupingMode::halt_before:
        if (!role.condition) return goes_on;
        break;
      case GroupingMode::halt_with:
        return role.condition ? ends_with_it : goes_on;
    }
  }
  if (role.start) return {true, false, Open::event};
  return {open != Open::orphan, false, Open::orphan};
}

// Follows a stretch of lines from every state that can have been open before it. It has converged once all of them
// agree on an event that begins at the line just seen, or on an event that ends with it: whatever came before the
// stretch, the lines after that point group in one way. The lines up to there are the stretch's prefix.
class Convergence {
 public:
  enum class Point : std::uint8_t { none, before_line, after_line };

  Point add(GroupingMode mode, LineRole role) {
    bool all_begin = true;
    bool all_closed = true;
    for (Open& open : states_) {
      const LineStep step = step_line(mode, open, role);
      open = step.next;
      all_begin &= step.begins && step.next == states_[0];
      all_closed &= step.next == Open::nothing;
    }
    return all_begin ? Point::before_line : all_closed ? Point::after_line : Point::none;
  }

 private:
  std::array<Open, 3> states_ = open_states;
};

}  // namespace contend::log_parser
