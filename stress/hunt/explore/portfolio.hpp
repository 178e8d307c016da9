#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// A strategy with what belongs to it, as people name it: "pct3".
struct NamedStrategy {
  Strategy strategy = Strategy::random_walk;
  std::uint32_t depth = 3;
  bool operator==(const NamedStrategy&) const = default;
};
std::string name_of(const NamedStrategy& strategy);
// False: nobody has that name.
bool strategy_named(std::string_view name, NamedStrategy& strategy);
const std::vector<std::string>& strategy_names();

// Strategies that take turns. No one of them finds everything: some races want a thread that stands still for the whole
// of another's run, others want many switches. Every other turn goes round, so that none is ever left out; the rest go to
// those whose executions were new most often lately, as counted by their signatures.
class Portfolio {
 public:
  explicit Portfolio(std::vector<NamedStrategy> members);
  static std::vector<NamedStrategy> usual();

  // Whose turn it is: until the next call.
  const NamedStrategy& next_turn(std::uint64_t random);
  // Of the turn that is over: how many executions there were, how many of them were new, and what they cost.
  void rate_turn(std::uint64_t executions, std::uint64_t new_ones, double seconds);

  // The most choices that an execution of the one whose turn it is has had.
  std::uint64_t expected_choices() const { return members_[current_].most_choices; }
  void note_choices(std::uint64_t choices) {
    if (choices > members_[current_].most_choices) members_[current_].most_choices = choices;
  }

 private:
  struct Member {
    NamedStrategy strategy;
    double rate = 1;  // of new executions each second, of late
    std::uint64_t most_choices = 0;
    bool rated = false;
  };
  std::vector<Member> members_;
  std::size_t turn_ = 0;
  std::size_t current_ = 0;
};

}  // namespace contend::hunt
