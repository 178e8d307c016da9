#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/time.hpp"

namespace contend::rate_limiter {

// Who asked a real server when, by its access log: a request a line in the common or combined log format of Apache and
// nginx, of which the address at the beginning and the time in brackets are used, to the second:
//   83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 203023
struct Arrivals {
  struct Request {
    std::uint32_t client = 0;  // its place in `clients`
    TimeNs at_ns = 0;          // since the first line; a log that is not in order goes back at times

    bool operator==(const Request&) const = default;
  };
  std::vector<std::string> clients;  // each once, in the order of their first requests
  std::vector<Request> requests;
};

// Throws std::runtime_error that names the file and what is wrong with it, with the number of the line; a log without
// lines is wrong too, and a compressed one is refused with a hint. O(bytes).
Arrivals read_access_log(const std::filesystem::path& file);
// The same of what is open already; `name` stands in the errors.
Arrivals parse_access_log(std::istream& text, std::string_view name);

}  // namespace contend::rate_limiter
