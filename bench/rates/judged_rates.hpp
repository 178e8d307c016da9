#pragma once

#include <optional>
#include <string>

#include "bench/rates/asked_rates.hpp"
#include "bench/statistics/panel.hpp"

namespace contend {

// Whether its response times keep the limits. Who is overloaded keeps none; nor does a quantile that is not known.
bool keeps_limits(const RateFigures& rate, const Limits& limits);

// The highest rate at which the limits are kept, there and at every lower one that was measured; null if it is none.
const RateFigures* highest_kept(const RatesOfDesign& rates, const Limits& limits);

// The lowest share at which p99 is more than so many times that at the lowest share, or at which the design is overloaded;
// null if there is none, or fewer than three were measured.
inline constexpr double knee_factor = 3;
const RateFigures* knee(const RatesOfDesign& rates);

// Response times at each rate, and the platform's own; below them, knees and the highest rates that keep `keep`. Fits 80
// columns; empty where the panel has no rates.
std::string rates_table(const Panel& panel, const Limits& keep = {});

}  // namespace contend
