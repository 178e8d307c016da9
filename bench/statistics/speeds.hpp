#pragma once

#include <string>

#include "bench/statistics/comparison.hpp"
#include "bench/statistics/panel.hpp"

namespace contend {

// The speeds of a panel's trials as they are compared: by sittings and numbers of rounds, 0 where a round was not measured.
//
// Where the reference took turns in each trial, a speed is told in parts of the reference's in the same trial. Whoever is
// built second in a trial has other memory, and may be a tenth or two faster for it. Rounds alternate who that is, and how
// much it brings is estimated from all designs of the panel and taken off; what a design differs in there still cancels out
// over two rounds.
class Speeds {
 public:
  // `trials` outlive it.
  explicit Speeds(const PanelTrials& trials);

  // Comparable with those of other designs.
  Sittings of(const std::string& name) const;
  // A design's and the reference's: of the same trials where they took turns, else of the same rounds.
  Pair to_reference(const std::string& name) const;

  // How much faster whoever is built second is than both in the middle, as a logarithm; 0 where nobody takes turns.
  double second_gains() const { return second_gains_; }

 private:
  const PanelTrials& trials_;
  bool took_turns_ = false;
  double second_gains_ = 0;
};

}  // namespace contend
