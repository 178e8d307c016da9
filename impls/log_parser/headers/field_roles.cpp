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

// What tells most names apart: their length and three of their letters, in any case. Of a name that is not empty.
constexpr std::uint32_t sign_of(std::string_view name) {
  const auto letter = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[at]) | 0x20);
  };
  return static_cast<std::uint32_t>(name.size()) << 24 | letter(0) << 16 | letter(name.size() / 2) << 8 |
         letter(name.size() - 1);
}
constexpr std::array<std::uint32_t, roles.size()> role_signs = [] {
  std::array<std::uint32_t, roles.size()> signs{};
  std::ranges::transform(roles, signs.begin(), [](const NamedRole& named) { return sign_of(named.name); });
  return signs;
}();
constexpr std::array<std::uint32_t, holders.size()> holder_signs = [] {
  std::array<std::uint32_t, holders.size()> signs{};
  std::ranges::transform(holders, signs.begin(), sign_of);
  return signs;
}();

}  // namespace

Role role_of(std::string_view name) {
  if (name.empty()) return Role::none;
  const auto first = static_cast<unsigned char>(lower(name[0]));
  if (first >= 'z') return Role::none;
  const std::uint32_t sign = sign_of(name);
  for (std::size_t i = first_roles[first]; i < first_roles[first + 1U]; ++i) {
    if (role_signs[i] == sign && equal_ignoring_case(name, roles[i].name)) return roles[i].role;
  }
  return Role::none;
}

bool may_hold_header_fields(std::string_view name) {
  if (name.empty()) return false;
  const std::uint32_t sign = sign_of(name);
  for (std::size_t i = 0; i < holders.size(); ++i) {
    if (holder_signs[i] == sign && equal_ignoring_case(name, holders[i])) return true;
  }
  return false;
}

}  // namespace contend::log_parser
