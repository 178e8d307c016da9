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

// A trace, and its requests in a caller's terms.
struct Replay {
  RequestTrace trace;
  std::vector<Operation> requests;
  std::uint64_t heaviest = 1;
};

std::shared_ptr<const Replay> read_replay(const std::filesystem::path& file) {
  auto replay = std::make_shared<Replay>();
  replay->trace = read_trace(file);
  for (const auto& [key, weight] : replay->trace.requests) {
    replay->requests.push_back({.key = replay->trace.keys[key], .weight = weight});
    replay->heaviest = std::max(replay->heaviest, weight);
  }
  return replay;
}

// What a full cache holds at the end of the trace, in the order of the last request.
void put_residents(const std::vector<Operation>& requests, std::uint64_t capacity, const Load::Put& put) {
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
  for (std::size_t i = residents.size(); i-- > 0;) put(residents[i].key, residents[i].weight);
}

// Room for a tenth of what the different keys weigh, but for the heaviest at least. The callers take the requests in
// turns, and begin again at the end.
Workload<Cache> workload_of(const std::filesystem::path& file) {
  const std::shared_ptr<const Replay> replay = read_replay(file);
  const std::uint64_t footprint = replay->trace.footprint();
  const std::uint64_t capacity = std::max(footprint / 10, replay->heaviest);
  const auto load_of = [replay, capacity](int threads) {
    Load load;
    load.capacity = capacity;
    load.residents = [replay, capacity](const Load::Put& put) { put_residents(replay->requests, capacity, put); };
    load.ring = [replay, threads](int caller, std::uint64_t) {
      return Ring<Operation>({replay, &replay->requests}, static_cast<std::size_t>(caller),
                             static_cast<std::size_t>(threads));
    };
    return load;
  };
  Workload<Cache> workload;
  workload.name = "trace";
  workload.summary = fmt::format("{}: {} requests for {} keys, room for {} of {}", file.filename().string(),
                                 replay->requests.size(), replay->trace.keys.size(), capacity, footprint);
  workload.prepare = [load_of](const Maker<Cache>& make, int threads) {
    return std::make_unique<CacheSubject>(make, load_of(threads));
  };
  workload.suits = [](const Guarantees& guarantees) { return guarantees.offered.has(Part::weights); };
  return workload;
}

const bool input_registered = register_input<Cache>(
    "--trace", "cache",
    "a trace of requests to replay with room for a tenth of it: .bin as libCacheSim's oracleGeneral, .csv with columns "
    "key and size, .lis with ranges of numbers, else a key a line",
    workload_of);

}  // namespace
}  // namespace contend::cache
