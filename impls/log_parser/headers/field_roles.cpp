#include "impls/log_parser/headers/field_roles.hpp"

#include <algorithm>
#include <array>

#include "impls/base/ascii.hpp"

namespace contend::log_parser {
namespace {

struct NamedRole {
  std::string_view name;
  Role role;
};
// In the order of their first bytes. A likely one that cannot be read is something else of that name.
constexpr std::array<NamedRole, 72> roles{{
    {"@timestamp", Role::time},
    {"@t", Role::time},
    {"@level", Role::level},
    {"@l", Role::level},
    {"@message", Role::message},
    {"@m", Role::message},
    {"@mt", Role::likely_message},
    {"__realtime_timestamp", Role::time},
    {"_source_realtime_timestamp", Role::likely_time},
    {"asctime", Role::time},
    {"at", Role::level},
    {"body", Role::likely_message},
    {"body.stringvalue", Role::likely_message},
    {"created", Role::likely_time},
    {"date", Role::date},
    {"datetime", Role::time},
    {"date_time", Role::time},
    {"err", Role::text},
    {"error", Role::text},
    {"event", Role::likely_message},
    {"eventtime", Role::likely_time},
    {"event_time", Role::likely_time},
    {"fields.message", Role::message},
    {"instant.epochsecond", Role::time},
    {"instant.nanoofsecond", Role::nanoseconds},
    {"jsonpayload.message", Role::message},
    {"jsonpayload.level", Role::level},
    {"level", Role::level},
    {"level.name", Role::level},
    {"levelname", Role::level},
    {"level_name", Role::level},
    {"levelno", Role::python_level},
    {"level_value", Role::level},
    {"log", Role::log},
    {"log.level", Role::level},
    {"log.message", Role::message},
    {"loglevel", Role::level},
    {"log_level", Role::level},
    {"logtime", Role::time},
    {"log_time", Role::time},
    {"lvl", Role::level},
    {"message", Role::message},
    {"messagetemplate", Role::likely_message},
    {"msg", Role::message},
    {"observedtimeunixnano", Role::likely_time},
    {"observedtimestamp", Role::likely_time},
    {"priority", Role::priority},
    {"record.level.name", Role::level},
    {"record.message", Role::message},
    {"record.time.timestamp", Role::time},
    {"s", Role::level},
    {"severity", Role::level},
    {"severitytext", Role::level},
    {"severity_text", Role::level},
    {"severitynumber", Role::otel_level},
    {"severity_number", Role::otel_level},
    {"short_message", Role::gelf},
    {"stream", Role::stream},
    {"syslog_severity", Role::priority},
    {"t", Role::likely_time},
    {"t.$date", Role::time},
    {"text", Role::text},
    {"textpayload", Role::likely_message},
    {"time", Role::time},
    {"timemillis", Role::time},
    {"timestamp", Role::time},
    {"timestamp.seconds", Role::time},
    {"timestamp.nanos", Role::nanoseconds},
    {"timeunixnano", Role::time},
    {"time_iso8601", Role::time},
    {"time_local", Role::time},
    {"ts", Role::time},
}};

// Where the names that begin with a byte begin in that order.
constexpr std::array<std::uint8_t, 128> first_roles = [] {
  std::array<std::uint8_t, 128> first{};
  for (std::size_t byte = 0; byte < first.size(); ++byte) {
    std::uint8_t at = 0;
    while (at < roles.size() && static_cast<unsigned char>(roles[at].name[0]) < byte) ++at;
    first[byte] = at;
  }
  return first;
}();

// The names of a bunch of fields of which those with a role are known by both names.
constexpr std::array<std::string_view, 10> holders{"log",     "level", "t",      "time",        "timestamp",
                                                   "instant", "body",  "fields", "jsonpayload", "record"};

}  // namespace

Role role_of(std::string_view name) {
  const auto first = static_cast<unsigned char>(name.empty() ? '\0' : lower(name[0]));
  if (first >= 'z') return Role::none;
  for (std::size_t i = first_roles[first]; i < first_roles[first + 1U]; ++i) {
    if (roles[i].name.size() == name.size() && equal_ignoring_case(name, roles[i].name)) return roles[i].role;
  }
  return Role::none;
}

bool may_hold_header_fields(std::string_view name) {
  return std::ranges::any_of(holders, [&](std::string_view holder) { return equal_ignoring_case(name, holder); });
}

}  // namespace contend::log_parser
