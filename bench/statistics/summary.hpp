#pragma once

#include <string>
#include <vector>

#include "bench/statistics/panel.hpp"

namespace contend {

// One system in one line: which design did best on its default workload, and against what. Only a design that has passed
// its tests on the sources that it is built from can be the best.
struct SummaryRow {
  std::string system;
  std::string workload;
  int threads = 0;
  std::string best;
  std::string peer;           // "hand-written" or "library" where the best is no design
  std::string not_separated;  // what is tied with it, or not told from it, with commas
  std::string speed;          // with its unit
  PairedRatio to_reference;
  std::string tbb;     // the best design on TBB containers or tasks; empty if there is none, or it is the best itself
  PairedRatio to_tbb;  // of the best of the panel to that
  double fair_share = 0;
  double p99_ns = 0;
  double bytes_per_entry = 0;
  std::string why;       // the idea of the best design, by its contract
  Checks checks;         // of the best
  std::string untested;  // a design that was faster, but whose tests have failed or not been run on these sources
};

SummaryRow summarize(const Panel& panel);

// A table that fits 80 columns; empty without rows.
std::string to_table(const std::vector<SummaryRow>& rows);

}  // namespace contend
