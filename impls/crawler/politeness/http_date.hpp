#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace contend::crawler {

// An HTTP-date in any of its three forms (RFC 9110, 5.6.7) as seconds since 1970, nullopt for anything else:
//   Sun, 06 Nov 1994 08:49:37 GMT     the form that servers must send
//   Sunday, 06-Nov-94 08:49:37 GMT    of RFC 850; its year is the last with these digits that is at most 50 years after `now`
//   Sun Nov  6 08:49:37 1994          of C's asctime
// Space around is passed over. The day of the week must be one, and need not be that of the date. O(1).
std::optional<std::int64_t> http_date_seconds(std::string_view text, std::int64_t now_seconds);

// Of the machine's clock.
std::int64_t wall_clock_seconds();

}  // namespace contend::crawler
