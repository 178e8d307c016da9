// A user's trace of requests as a workload of the cache.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "bench/cache/cache_subject.hpp"
#include "bench/inputs/cache/request_trace.hpp"
#include "bench/workload/workload.hpp"

namespace contend::cache {
namespace {

// What a full cache holds at the end of the trace, in the order of the last request.
std::vector<Operation> residents_after(const std::vector<Operation>& requests, std::uint64_t capacity) {
  std::vector<Operation> residents;
  std::unordered_set<std::string_view> seen;
  std::uint64_t weight = 0;
  for (std::size_t i = requests.size(); i-- > 0;) {
    const Operation& request = requests[i];
    if (!seen.insert(request.key).second) continue;
    weight += request.weight;
    if (weight > capacity) break;
    residents.push_back(request);
  }
  std::ranges::reverse(residents);
  return residents;
}

// Room for a tenth of what the different keys weigh, but for the heaviest at least. The callers take the requests in
// turns, and begin again at the end.
Workload<Cache> workload_of(const std::filesystem::path& file) {
  const RequestTrace trace = read_trace(file);
  auto requests = std::make_shared<std::vector<Operation>>();
  std::uint64_t heaviest = 1;
  for (const auto& [key, weight] : trace.requests) {
    requests->push_back({.key = trace.keys[key], .weight = weight});
    heaviest = std::max(heaviest, weight);
  }
  const std::uint64_t capacity = std::max(trace.footprint() / 10, heaviest);
  const std::string summary = fmt::format("{}: {} requests for {} keys, room for {} of {}", file.filename().string(),
                                          requests->size(), trace.keys.size(), capacity, trace.footprint());
  const auto load_of = [requests, capacity](int threads) {
    Load load{.capacity = capacity, .residents = residents_after(*requests, capacity), .ring = nullptr};
    load.ring = [requests, threads](int caller, std::uint64_t) {
      return Ring<Operation>(requests, static_cast<std::size_t>(caller), static_cast<std::size_t>(threads));
    };
    return load;
  };
  return {.name = "trace", .summary = summary, .prepare = [load_of](const Maker<Cache>& make, int threads) {
            return std::make_unique<CacheSubject>(make, load_of(threads));
          }};
}

const bool input_registered = register_input<Cache>(
    "--trace", "cache",
    "a trace of requests to replay with room for a tenth of it: .bin as libCacheSim's oracleGeneral, .csv with columns "
    "key and size, .lis with ranges of numbers, else a key a line",
    workload_of);

}  // namespace
}  // namespace contend::cache
