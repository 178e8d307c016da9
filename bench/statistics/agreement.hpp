#pragma once

#include <string>
#include <vector>

#include "bench/statistics/panel.hpp"

namespace contend {

// What two runs of the same comparison agree on, over the designs and panels that both have.
struct Agreement {
  struct Turned {
    std::string row;  // system/design/workload/threads:N
    double before = 0;
    double after = 0;  // ratios to the reference
  };
  int pairs = 0;                 // of intervals of ratios to the reference
  int overlap = 0;               // those that share a value
  int same = 0;                  // verdicts that are the same
  int settled = 0;               // decided in one run, open in the other
  std::vector<Turned> turned;    // a win here, a loss there
  std::vector<Turned> disjoint;  // intervals that share nothing

  // The promise: at least 95 % of the intervals overlap, and no verdict turns round.
  bool holds() const { return turned.empty() && 100 * overlap >= 95 * pairs; }
};

Agreement agreement_of(const std::vector<Panel>& before, const std::vector<Panel>& after);

// For people, in 80 columns; ends with a newline.
std::string to_table(const Agreement& agreement);

}  // namespace contend
