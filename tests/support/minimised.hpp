#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace contend {

// What is left of a failing script when everything is taken out without which it still fails: ever smaller runs of it, down
// to single operations (delta debugging, Zeller and Hildebrandt 2002). `fails` runs a script from its start and answers
// whether it fails; it is asked at most 3,000 times, so a script of many thousands may stay longer than needed.
template <class Operation, class Fails>
std::vector<Operation> minimised(std::vector<Operation> script, const Fails& fails) {
  int left = 3000;
  for (std::size_t run = std::max<std::size_t>(1, script.size() / 2);; run = std::max<std::size_t>(1, run / 2)) {
    bool shorter = false;
    for (std::size_t begin = 0; begin < script.size() && left > 0; --left) {
      std::vector<Operation> fewer = script;
      const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(begin);
      fewer.erase(from, from + static_cast<std::ptrdiff_t>(std::min(run, fewer.size() - begin)));
      if (fails(fewer)) {
        script = std::move(fewer);
        shorter = true;
      } else {
        begin += run;
      }
    }
    if (left == 0 || (run == 1 && !shorter)) return script;
  }
}

}  // namespace contend
