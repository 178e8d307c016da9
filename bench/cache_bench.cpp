// Workloads of the cache: what is asked for, and how much of it there is room for.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "bench/engine/random.hpp"
#include "bench/engine/workload.hpp"
#include "bench/inputs/cache/request_trace.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {
namespace {

constexpr std::size_t ring_operations = 1 << 16;

struct Shape {
  std::size_t keys = 50'000;
  double theta = 0.99;
  std::size_t capacity = 5'000;  // entries of weight 1
  int put_parts = 0;             // per thousand; the rest are gets, and a miss puts what was missing
  int scan_parts = 0;            // per thousand: keys that nobody asks for twice
  DurationNs ttl_ns = forever;
};

// One call of a workload.
struct Operation {
  std::string key;
  std::uint64_t weight = 1;
  bool puts = false;  // else gets, and puts what was missing
};
using Operations = std::vector<Operation>;

// A caller's part of them: every `stride`th from `first` on, round and round.
struct Part {
  std::shared_ptr<const Operations> of;
  std::size_t first = 0;
  std::size_t stride = 1;
};

// What a trial needs to know of its workload.
struct Load {
  std::uint64_t capacity = 0;
  DurationNs ttl_ns = forever;
  Operations residents;  // put before the trial, in this order
  std::function<Part(int caller, std::uint64_t seed)> part;
};

class CacheWorker final : public Worker {
 public:
  CacheWorker(Cache& cache, DurationNs ttl_ns, const Part& part)
      : cache_(cache), ttl_ns_(ttl_ns), value_(64, 'v'), part_(part), place_(part.first) {}

  void run(std::size_t calls) override {
    for (; calls > 0; --calls) {
      const Operation& op = (*part_.of)[place_];
      place_ += part_.stride;
      if (place_ >= part_.of->size()) place_ %= part_.of->size();
      // A clock that moves on by a microsecond per call of this thread.
      now_ns_ += 1000;
      if (op.puts) {
        cache_.put(op.key, value_, op.weight, ttl_ns_, now_ns_);
      } else if (cache_.get(op.key, now_ns_, read_) == Status::hit) {
        ++hits_;
      } else {
        ++misses_;
        cache_.put(op.key, value_, op.weight, ttl_ns_, now_ns_);
      }
    }
  }

  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }

 private:
  Cache& cache_;
  const DurationNs ttl_ns_;
  const std::string value_;
  std::string read_;
  const Part part_;
  std::size_t place_ = 0;
  TimeNs now_ns_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

class CacheSubject final : public TrialSubject {
 public:
  CacheSubject(std::unique_ptr<Cache> cache, Load load) : cache_(std::move(cache)), load_(std::move(load)) {}

  void prefill() override {
    const std::string value(64, 'v');
    for (const Operation& resident : load_.residents)
      cache_->put(resident.key, value, resident.weight, load_.ttl_ns, 0);
  }
  std::unique_ptr<Worker> make_worker(int caller, std::uint64_t seed) override {
    auto worker = std::make_unique<CacheWorker>(*cache_, load_.ttl_ns, load_.part(caller, seed));
    workers_.push_back(worker.get());
    return worker;
  }
  std::string validate() override {
    const Size size = cache_->size();
    if (size.entries == 0) return "";  // the control keeps nothing
    if (size.weight > load_.capacity) return "the entries weigh more than the capacity";
    const Stats stats = cache_->stats();
    const std::uint64_t removed = stats.evicted + stats.expired + stats.replaced + stats.erased;
    if (stats.stored - removed != size.entries) return "entries stored and removed do not make what is there";
    std::uint64_t gets = 0;
    for (const CacheWorker* worker : workers_) gets += worker->hits() + worker->misses();
    return stats.hits + stats.misses == gets ? "" : "hits and misses do not make the gets";
  }
  std::size_t entries() const override { return load_.residents.size(); }
  double served_share() const override {
    std::uint64_t hits = 0;
    std::uint64_t gets = 0;
    for (const CacheWorker* worker : workers_) {
      hits += worker->hits();
      gets += worker->hits() + worker->misses();
    }
    return gets == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(gets);
  }

 private:
  std::unique_ptr<Cache> cache_;
  std::vector<const CacheWorker*> workers_;  // of this trial; they live until it has been validated
  const Load load_;
};

std::unique_ptr<TrialSubject> prepare(const Maker<Cache>& make, Load load) {
  auto cache = make({.capacity = load.capacity, .on_removal = nullptr});
  return std::make_unique<CacheSubject>(std::move(cache), std::move(load));
}

// --- drawn workloads ---

Operations draw(const Shape& shape, const ZipfRanks& ranks, int caller, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Operations drawn_ones;
  drawn_ones.reserve(ring_operations);
  for (std::size_t i = 0; i < ring_operations; ++i) {
    const auto drawn = static_cast<int>(random() % 1000);
    const bool once = drawn >= 1000 - shape.scan_parts;
    const std::string key =
        once ? "once/" + std::to_string(caller) + "/" + std::to_string(i) : "key/" + std::to_string(ranks(random));
    drawn_ones.push_back({key, 1, drawn < shape.put_parts});
  }
  return drawn_ones;
}

Load load_of(const Shape& shape) {
  Load load{.capacity = shape.capacity, .ttl_ns = shape.ttl_ns, .residents = {}, .part = nullptr};
  // The most popular last, as they would be in use.
  for (std::size_t i = std::min(shape.keys, shape.capacity); i-- > 0;) {
    load.residents.push_back({"key/" + std::to_string(i), 1, true});
  }
  const auto ranks = std::make_shared<const ZipfRanks>(shape.keys, shape.theta);
  load.part = [shape, ranks](int caller, std::uint64_t seed) {
    return Part{std::make_shared<const Operations>(draw(shape, *ranks, caller, seed))};
  };
  return load;
}

bool add(const std::string& name, const std::string& summary, const Shape& shape) {
  return register_workload<Cache>({name, summary, shape.keys == 1,
                                   [shape](const Maker<Cache>& make, int) { return prepare(make, load_of(shape)); }});
}

const bool workloads_registered =
    add("tenth", "50,000 keys, Zipf 0.99, room for a tenth; a miss puts what was missing", {}) &&
    add("hot_key", "everybody reads one key", {.keys = 1}) &&
    add("all_hits", "5,000 keys, Zipf 0.99, room for all", {.keys = 5'000}) &&
    add("scans", "as tenth, but three of ten keys are never asked for again", {.scan_parts = 300}) &&
    add("puts", "as tenth, with three puts of ten", {.put_parts = 300}) &&
    add("flat", "as tenth, Zipf 0.6: most is missed", {.theta = 0.6}) &&
    add("expiring", "as tenth, entries live for five milliseconds of the workload's clock", {.ttl_ns = 5'000'000});

// --- traces of users ---

// What a full cache holds in the end of the trace, the last asked for last.
Operations residents_after(const Operations& requests, std::uint64_t capacity) {
  Operations residents;
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
  auto requests = std::make_shared<Operations>();
  std::uint64_t heaviest = 1;
  for (const auto& [key, weight] : trace.requests) {
    requests->push_back({trace.keys[key], weight, false});
    heaviest = std::max(heaviest, weight);
  }
  const std::uint64_t capacity = std::max(trace.footprint() / 10, heaviest);
  const std::string summary = fmt::format("{}: {} requests for {} keys, room for {} of {}", file.filename().string(),
                                          requests->size(), trace.keys.size(), capacity, trace.footprint());
  return {"trace", summary, false, [requests, capacity](const Maker<Cache>& make, int threads) {
            Load load{.capacity = capacity,
                      .ttl_ns = forever,
                      .residents = residents_after(*requests, capacity),
                      .part = nullptr};
            load.part = [requests, threads](int caller, std::uint64_t) {
              return Part{requests, static_cast<std::size_t>(caller) % requests->size(),
                          static_cast<std::size_t>(threads)};
            };
            return prepare(make, std::move(load));
          }};
}

const bool input_registered = register_input<Cache>(
    "--trace", "cache",
    "a trace of requests to replay with room for a tenth of it: .bin as libCacheSim's oracleGeneral, .csv with columns "
    "key and size, .lis with ranges of numbers, else a key a line",
    workload_of);

// The control: everything is there, at once.
class NoopCache final : public Cache {
 public:
  Status get(std::string_view, TimeNs, std::string&) override { return Status::hit; }
  Status put(std::string_view, std::string_view, std::uint64_t, DurationNs, TimeNs) override { return Status::stored; }
  Status erase(std::string_view, TimeNs) override { return Status::absent; }
  Status get_or_load(std::string_view, std::uint64_t, DurationNs, TimeNs, const Loader&, std::string&) override {
    return Status::hit;
  }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { return {}; }
  Stats stats() const override { return {}; }
  Size size() override { return {}; }
  std::uint64_t largest_weight() const override { return 0; }
};

const bool system_registered = register_bench_system<Cache, NoopCache>("cache");

}  // namespace
}  // namespace contend::cache
