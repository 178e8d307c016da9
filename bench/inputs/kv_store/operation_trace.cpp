#include "bench/inputs/kv_store/operation_trace.hpp"

#include <fmt/core.h>

#include <charconv>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "impls/base/enum_text.hpp"
#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {
namespace {

constexpr std::uint32_t usual_value_bytes = 64;

std::optional<TraceOperation> operation_of(std::string_view text) {
  for (std::size_t i = 0; i < enum_count<TraceOperation>; ++i) {
    if (enum_text(static_cast<TraceOperation>(i)) == text) return static_cast<TraceOperation>(i);
  }
  return {};
}

std::optional<std::uint32_t> size_of(std::string_view text) {
  std::uint32_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size() || size > max_value_bytes) return {};
  return size;
}

struct Line {
  std::string_view key;
  TraceOperation operation = TraceOperation::get;
  std::uint32_t value_bytes = usual_value_bytes;
};

// Cuts the last part off.
std::string_view take_last(std::string_view& line) {
  const std::size_t comma = line.rfind(',');
  if (comma == std::string_view::npos) return {};
  const std::string_view last = line.substr(comma + 1);
  line = line.substr(0, comma);
  return last;
}

// Throws a sentence without the place.
Line parse_line(std::string_view line) {
  Line parsed;
  std::string_view last = take_last(line);
  std::optional<TraceOperation> operation = operation_of(last);
  if (!operation) {
    const std::optional<std::uint32_t> size = size_of(last);
    if (!size) {
      throw std::runtime_error(
          fmt::format("\"{}\" is neither an operation (get, set, put_if_absent, compare_and_set, "
                      "erase, scan) nor a size up to {}",
                      last, max_value_bytes));
    }
    parsed.value_bytes = *size;
    last = take_last(line);
    operation = operation_of(last);
  }
  if (!operation) throw std::runtime_error(fmt::format("the operation is \"{}\"; write key,operation,size", last));
  if (line.size() > max_key_bytes) {
    throw std::runtime_error(fmt::format("the key has {} bytes; allowed are {}", line.size(), max_key_bytes));
  }
  parsed.key = line;
  parsed.operation = *operation;
  return parsed;
}

}  // namespace

OperationTrace parse_operations(std::istream& text, std::string_view name) {
  OperationTrace trace;
  std::unordered_map<std::string, std::uint32_t, BytesHash, std::equal_to<>> places;
  std::string line;
  for (std::uint64_t number = 1; std::getline(text, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    try {
      const Line parsed = parse_line(line);
      const auto next = static_cast<std::uint32_t>(trace.keys.size());
      const auto [place, is_new] = places.try_emplace(std::string(parsed.key), next);
      if (is_new) trace.keys.emplace_back(parsed.key);
      trace.requests.push_back({place->second, parsed.value_bytes, parsed.operation});
    } catch (const std::runtime_error& wrong) {
      throw std::runtime_error(fmt::format("{}: line {}: {}", name, number, wrong.what()));
    }
  }
  if (trace.requests.empty()) throw std::runtime_error(fmt::format("{}: there are no requests in it", name));
  return trace;
}

OperationTrace read_operations(const std::filesystem::path& file) {
  std::ifstream text(file, std::ios::binary);
  if (!text) throw std::runtime_error(file.string() + " cannot be opened");
  return parse_operations(text, file.string());
}

}  // namespace contend::kv_store
