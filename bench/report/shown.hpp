#pragma once

#include <nlohmann/json_fwd.hpp>

namespace contend {

// What the page shows of a result file, a tenth of its size: trials as facts in words, times of calls as curves, and in each
// row of a panel the share that each caller got. Files of all schemas are understood; what a file lacks is left out.
//   row.curve   ns at the quantiles 1 - 10^(-i/6), i = 0, 1, ..., as far as ten samples lie beyond
//   row.shares  of the threads in percent, the least first, as a mean over the trials; the threads of the system where it
//               has its own
//   row.rates[i].curve, panel.floor.curve   the same of a stated rate, and of calls that do nothing, timed by the same clock
// A row is the list of its values; x_columns names them.
nlohmann::json shown_of(nlohmann::json results);

}  // namespace contend
