#include "bench/inputs/cache/request_trace.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/endian/conversion.hpp>
#include <charconv>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "impls/base/hashing.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {
namespace {

// Takes in requests, and knows where it is when something is wrong.
class TraceBuilder {
 public:
  explicit TraceBuilder(std::string_view name) : name_(name) {}

  void at(std::string_view unit, std::uint64_t number) {
    unit_ = unit;
    number_ = number;
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw std::runtime_error(fmt::format("{}: {} {}: {}", name_, unit_, number_, why));
  }

  void add(std::string_view key, std::uint64_t weight) {
    if (key.empty()) refuse("the key is empty");
    if (key.size() > max_cache_key_bytes) {
      refuse(fmt::format("the key has {} bytes; allowed are {}", key.size(), max_cache_key_bytes));
    }
    auto place = places_.find(key);
    if (place == places_.end()) {
      place = places_.emplace(std::string(key), static_cast<std::uint32_t>(trace_.keys.size())).first;
      trace_.keys.emplace_back(key);
    }
    trace_.requests.push_back({place->second, weight});
  }

  std::uint64_t number_in(std::string_view text, std::string_view what) const {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      refuse(fmt::format("the {} is \"{}\"; allowed is a number from 0 to 2^64 - 1", what, text));
    }
    return number;
  }

  RequestTrace finish() {
    if (trace_.requests.empty()) throw std::runtime_error(fmt::format("{}: there are no requests in it", name_));
    return std::move(trace_);
  }

 private:
  const std::string name_;
  std::string_view unit_ = "line";
  std::uint64_t number_ = 0;
  RequestTrace trace_;
  std::unordered_map<std::string, std::uint32_t, BytesHash, std::equal_to<>> places_;
};

template <class Use>
void for_each_line(std::istream& text, TraceBuilder& builder, Use use) {
  std::string line;
  for (std::uint64_t number = 1; std::getline(text, line); ++number) {
    builder.at("line", number);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    use(std::string_view(line));
  }
}

using Fields = std::vector<std::string>;
Fields fields_of(std::string_view line, const char* separators) {
  Fields fields;
  boost::split(fields, line, boost::is_any_of(separators), boost::token_compress_off);
  return fields;
}

void parse_oracle_general(std::istream& bytes, TraceBuilder& builder) {
  std::array<char, 24> record{};
  for (std::uint64_t number = 1; bytes.read(record.data(), record.size()); ++number) {
    builder.at("record", number);
    const auto* const raw = reinterpret_cast<const unsigned char*>(record.data());
    builder.add({record.data() + 4, 8}, boost::endian::load_little_u32(raw + 12));
    if (bytes.peek() == std::istream::traits_type::eof()) return;
  }
  if (bytes.gcount() > 0) builder.refuse("what follows it is cut off: the file is no multiple of 24 bytes");
}

void parse_csv(std::istream& text, TraceBuilder& builder) {
  std::optional<std::size_t> key_column;
  std::optional<std::size_t> weight_column;
  std::size_t columns = 0;
  for_each_line(text, builder, [&](std::string_view line) {
    const Fields fields = fields_of(line, ",");
    if (columns == 0) {
      columns = fields.size();
      for (std::size_t i = 0; i < columns; ++i) {
        if (fields[i] == "key" || fields[i] == "id") key_column = i;
        if (fields[i] == "size" || fields[i] == "weight") weight_column = i;
      }
      if (!key_column) builder.refuse("no column is called key or id; the first line must name the columns");
      return;
    }
    if (fields.size() != columns) {
      builder.refuse(fmt::format("there are {} columns; the first line names {}", fields.size(), columns));
    }
    builder.add(fields[*key_column], weight_column ? builder.number_in(fields[*weight_column], "weight") : 1);
  });
}

void parse_number_ranges(std::istream& text, TraceBuilder& builder) {
  constexpr std::uint64_t most_at_once = 1'000'000;
  for_each_line(text, builder, [&](std::string_view line) {
    const Fields fields = fields_of(line, " \t");
    if (fields.size() < 2) builder.refuse("it needs two numbers: the first to ask for, and how many");
    const std::uint64_t start = builder.number_in(fields[0], "start");
    const std::uint64_t count = builder.number_in(fields[1], "count");
    if (count > most_at_once) builder.refuse(fmt::format("the count is {}; allowed are {}", count, most_at_once));
    for (std::uint64_t i = 0; i < count; ++i) builder.add(fmt::format("{}", start + i), 1);
  });
}

}  // namespace

std::uint64_t RequestTrace::footprint() const {
  std::uint64_t sum = 0;
  std::uint32_t next_new = 0;
  for (const Request& request : requests) {
    if (request.key != next_new) continue;
    sum += request.weight;
    ++next_new;
  }
  return sum;
}

TraceFormat format_of(const std::filesystem::path& file) {
  const auto end = file.extension();
  if (end == ".bin") return TraceFormat::oracle_general;
  if (end == ".csv") return TraceFormat::csv;
  return end == ".lis" ? TraceFormat::number_ranges : TraceFormat::plain;
}

RequestTrace read_trace(const std::filesystem::path& file) {
  for (const auto& [end, unpack] : {std::pair(".gz", "gunzip -k"), {".zst", "unzstd"}, {".xz", "unxz -k"}}) {
    if (file.extension() != end) continue;
    throw std::runtime_error(
        fmt::format("{}: it is compressed; unpack it first: {} '{}'", file.string(), unpack, file.string()));
  }
  std::ifstream text(file, std::ios::binary);
  if (!text) throw std::runtime_error(fmt::format("{}: it cannot be opened", file.string()));
  return parse_trace(text, format_of(file), file.string());
}

RequestTrace parse_trace(std::istream& text, TraceFormat format, std::string_view name) {
  TraceBuilder builder(name);
  switch (format) {
    case TraceFormat::oracle_general:
      parse_oracle_general(text, builder);
      break;
    case TraceFormat::csv:
      parse_csv(text, builder);
      break;
    case TraceFormat::number_ranges:
      parse_number_ranges(text, builder);
      break;
    case TraceFormat::plain:
      for_each_line(text, builder, [&](std::string_view line) { builder.add(line, 1); });
      break;
  }
  return builder.finish();
}

}  // namespace contend::cache
