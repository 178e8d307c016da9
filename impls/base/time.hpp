#pragma once

#include <cstdint>
#include <limits>

namespace contend {

// Time is passed in by the caller: nanoseconds since an instant of the caller's choice. Systems that have
// threads of their own read an injected Clock; no other reads any.
using TimeNs = std::int64_t;
using DurationNs = std::int64_t;

// The deadline of what does not expire, and the duration that leads to it.
inline constexpr TimeNs never = std::numeric_limits<TimeNs>::max();
inline constexpr DurationNs forever = std::numeric_limits<DurationNs>::max();

// now + duration, or `never` where the sum does not fit. Requires duration > 0.
constexpr TimeNs deadline_after(TimeNs now_ns, DurationNs duration_ns) {
  TimeNs deadline_ns = never;
  if (duration_ns == forever || __builtin_add_overflow(now_ns, duration_ns, &deadline_ns)) return never;
  return deadline_ns;
}

// Half-open lifetime [start, deadline): at the deadline itself it is over. What never ends is alive at every time.
constexpr bool is_alive(TimeNs deadline_ns, TimeNs now_ns) {
  return deadline_ns == never || now_ns < deadline_ns;
}

}  // namespace contend
