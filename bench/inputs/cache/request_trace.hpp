#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace contend::cache {

// What a cache was asked for in real life, one request after the other.
//
// Formats, by the end of the file's name
//   .bin    oracleGeneral of libCacheSim: little-endian records of 24 bytes: time in seconds (u32), id (u64), size in
//           bytes (u32), number of the next request for the same (i64); of these, id and size are used
//   .csv    a first line that names the columns, and a request a line; the column `key` or `id` is the key, `size` or
//           `weight` the weight if there is one of them; other columns are ignored, quotes mean nothing
//   .lis    as the ARC paper's traces: `start count ...` asks for `count` numbers from `start` on
//   else    plain text, a key a line
// A missing weight is 1. Lines may end in CR LF. Compressed files are refused with a hint.
struct RequestTrace {
  struct Request {
    std::uint32_t key = 0;  // its place in `keys`
    std::uint64_t weight = 1;

    bool operator==(const Request&) const = default;
  };
  std::vector<std::string> keys;  // each once, in the order of their first requests
  std::vector<Request> requests;

  // What the different keys weigh together, each as it was first asked for.
  std::uint64_t footprint() const;
};

enum class TraceFormat : std::uint8_t { oracle_general, csv, number_ranges, plain };
TraceFormat format_of(const std::filesystem::path& file);

// Throws std::runtime_error that names the file and what is wrong with it, with the number of the line or record; a
// trace without requests is wrong too. O(bytes) time, and memory for the requests and the different keys.
RequestTrace read_trace(const std::filesystem::path& file);
// The same of what is open already; `name` stands in the errors.
RequestTrace parse_trace(std::istream& text, TraceFormat format, std::string_view name);

}  // namespace contend::cache
