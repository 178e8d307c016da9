#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace contend::kv_store {

// What can stand in a trace; the operations of a Store that are about one key, and a scan of the key's folder.
enum class TraceOperation : std::uint8_t { get, set, put_if_absent, compare_and_set, erase, scan };
BOOST_DESCRIBE_ENUM(TraceOperation, get, set, put_if_absent, compare_and_set, erase, scan)

// What a store was asked for in real life: a text of lines `key,operation,size`, where the size is that of a written
// value, at most max_value_bytes, and may be left out. Commas in the key are part of it. Lines may end in CR LF.
struct OperationTrace {
  struct Request {
    std::uint32_t key = 0;  // its place in `keys`
    std::uint32_t value_bytes = 0;
    TraceOperation operation = TraceOperation::get;

    bool operator==(const Request&) const = default;
  };
  std::vector<std::string> keys;  // each once, in the order of their first requests
  std::vector<Request> requests;
};

// Throws std::runtime_error that names the file, and the line that is wrong; a trace without requests is wrong too.
// O(bytes) time, and memory for the requests and the different keys.
OperationTrace read_operations(const std::filesystem::path& file);
// The same of what is open already; `name` stands in the errors.
OperationTrace parse_operations(std::istream& text, std::string_view name);

}  // namespace contend::kv_store
