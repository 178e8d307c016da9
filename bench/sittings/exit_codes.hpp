#pragma once

namespace contend {

// How bench/run ends; README.md says what each means.
inline constexpr int exit_ok = 0;
inline constexpr int exit_violation = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_busy = 3;
inline constexpr int exit_environment = 4;
inline constexpr int exit_interrupted = 130;

}  // namespace contend
