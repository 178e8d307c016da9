#pragma once

#include <boost/describe/enum.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/statistics/statistics.hpp"

namespace contend {

// One figure a round, sitting by sitting: rounds of one sitting share a process image, sittings share nothing. Larger is
// better; 0 stands for a trial that gave none, or was not made.
using Sittings = std::vector<std::vector<double>>;

// Faster or slower by less than this is nobody's win: what a change of the compiler's mood brings.
inline constexpr double least_win = 0.01;
// Apart by less than this for certain is a tie.
inline constexpr double widest_tie = 0.03;

enum class Comparison { win, loss, tie, undecided };
BOOST_DESCRIBE_ENUM(Comparison, win, loss, tie, undecided)
std::string_view to_string(Comparison comparison);

// What two designs compared round by round come to.
struct PairedRatio {
  double ratio = 1;
  std::vector<double> of_sittings;   // of each alone, in order
  std::optional<Interval> interval;  // 95 %; none below six rounds in all
  // The smallest difference, 0.05 for 5 %, that this noise leaves 80 chances in 100 to be called. 0 without an interval.
  double least_seen = 0;
  // Rounds that would decide it, as far as the ratio seen is the true one; 0 where it is decided or cannot be.
  double rounds_needed = 0;
  double probability = 1;  // of so much beyond least_win by chance, two-sided
  Comparison comparison = Comparison::undecided;

  bool decided() const { return comparison != Comparison::undecided; }
};

// A design and what it is compared with, by the same rounds of the same sittings.
using Pair = std::pair<Sittings, Sittings>;

// Compares the pairs of one table. The logarithm of a round's ratio is taken as the true one, plus what its sitting
// adds, plus noise. A sitting's own ratio is the Hodges-Lehmann estimate over its rounds, the whole their weighted mean;
// how much sittings differ is estimated from all pairs together, and from a pair alone where that says more. A win or a
// loss lies wholly beyond least_win, in every sitting on the same side, and stands after Holm's correction for the
// number of pairs; a tie lies wholly within widest_tie.
std::vector<PairedRatio> compare(const std::vector<Pair>& pairs);

}  // namespace contend
