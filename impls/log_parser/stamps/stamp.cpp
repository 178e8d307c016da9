#include "impls/log_parser/stamps/stamp.hpp"

#include <chrono>
#include <cstdlib>

namespace contend::log_parser {

TimeNs midnight_ns(int year, int month, int day) {
  using namespace std::chrono;
  const sys_days first(std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / 1);
  return (first.time_since_epoch().count() + day - 1) * day_ns;
}

TimeNs with_year(const Stamp& stamp, int year) {
  return midnight_ns(year, stamp.month, stamp.day) + stamp.value_ns;
}

TimeNs with_nearest_year(const Stamp& stamp, TimeNs near_ns) {
  using namespace std::chrono;
  const auto around = year_month_day(floor<days>(sys_time<nanoseconds>(nanoseconds(near_ns)))).year();
  TimeNs nearest = with_year(stamp, static_cast<int>(around));
  if (std::abs(nearest - near_ns) < 182 * day_ns) return nearest;  // less than half of any year
  for (const int year : {static_cast<int>(around) - 1, static_cast<int>(around) + 1}) {
    const TimeNs candidate = with_year(stamp, year);
    if (std::abs(candidate - near_ns) < std::abs(nearest - near_ns)) nearest = candidate;
  }
  return nearest;
}

}  // namespace contend::log_parser
