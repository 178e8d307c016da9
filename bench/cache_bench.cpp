// Workloads of the cache: what is asked for, and how much of it there is room for.

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/engine/random.hpp"
#include "bench/engine/workload.hpp"
#include "impls/cache/cache.hpp"

namespace contend {
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

class CacheWorker final : public Worker {
 public:
  CacheWorker(Cache& cache, const Shape& shape, const ZipfRanks& ranks, int thread, std::uint64_t seed)
      : cache_(cache), shape_(shape), value_(64, 'v') {
    std::mt19937_64 random(seed);
    ring_.reserve(ring_operations);
    for (std::size_t i = 0; i < ring_operations; ++i) {
      const auto drawn = static_cast<int>(random() % 1000);
      const bool once = drawn >= 1000 - shape.scan_parts;
      const std::string key =
          once ? "once/" + std::to_string(thread) + "/" + std::to_string(i) : "key/" + std::to_string(ranks(random));
      ring_.push_back({key, drawn < shape.put_parts});
    }
  }

  void run(std::size_t calls) override {
    for (; calls > 0; --calls) {
      const Operation& op = ring_[place_ % ring_operations];
      ++place_;
      // A clock that moves on by a microsecond per call of this thread.
      const TimeNs now_ns = static_cast<TimeNs>(place_) * 1000;
      if (op.puts) {
        cache_.put(op.key, value_, 1, shape_.ttl_ns, now_ns);
      } else if (cache_.get(op.key, now_ns, read_) == CacheStatus::hit) {
        ++hits_;
      } else {
        ++misses_;
        cache_.put(op.key, value_, 1, shape_.ttl_ns, now_ns);
      }
    }
  }

  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }

 private:
  struct Operation {
    std::string key;
    bool puts = false;
  };

  Cache& cache_;
  const Shape shape_;
  const std::string value_;
  std::string read_;
  std::vector<Operation> ring_;
  std::size_t place_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

class CacheSubject final : public TrialSubject {
 public:
  CacheSubject(std::unique_ptr<Cache> cache, const Shape& shape)
      : cache_(std::move(cache)), shape_(shape), ranks_(shape.keys, shape.theta) {}

  // The most popular last, as they would be in use.
  void prefill() override {
    const std::string value(64, 'v');
    for (std::size_t i = entries(); i-- > 0;) cache_->put("key/" + std::to_string(i), value, 1, shape_.ttl_ns, 0);
  }
  std::unique_ptr<Worker> make_worker(int caller, std::uint64_t seed) override {
    auto worker = std::make_unique<CacheWorker>(*cache_, shape_, ranks_, caller, seed);
    workers_.push_back(worker.get());
    return worker;
  }
  std::string validate() override {
    const CacheSize size = cache_->size();
    if (size.entries == 0) return "";  // the control keeps nothing
    if (size.weight > shape_.capacity) return "the entries weigh more than the capacity";
    const CacheStats stats = cache_->stats();
    const std::uint64_t removed = stats.evicted + stats.expired + stats.replaced + stats.erased;
    if (stats.stored - removed != size.entries) return "entries stored and removed do not make what is there";
    std::uint64_t gets = 0;
    for (const CacheWorker* worker : workers_) gets += worker->hits() + worker->misses();
    return stats.hits + stats.misses == gets ? "" : "hits and misses do not make the gets";
  }
  std::size_t entries() const override { return std::min(shape_.keys, shape_.capacity); }
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
  const Shape shape_;
  const ZipfRanks ranks_;
};

bool add(const std::string& name, const std::string& summary, const Shape& shape) {
  return register_workload<Cache>({name, summary, shape.keys == 1, [shape](const Maker<Cache>& make, int) {
                                     return std::make_unique<CacheSubject>(
                                         make({.capacity = shape.capacity, .on_removal = nullptr}), shape);
                                   }});
}

const bool workloads_registered =
    add("tenth", "50,000 keys, Zipf 0.99, room for a tenth; a miss puts what was missing", {}) &&
    add("hot_key", "everybody reads one key", {.keys = 1}) &&
    add("all_hits", "5,000 keys, Zipf 0.99, room for all", {.keys = 5'000}) &&
    add("scans", "as tenth, but three of ten keys are never asked for again", {.scan_parts = 300}) &&
    add("puts", "as tenth, with three puts of ten", {.put_parts = 300}) &&
    add("flat", "as tenth, Zipf 0.6: most is missed", {.theta = 0.6}) &&
    add("expiring", "as tenth, entries live for five milliseconds of the workload's clock", {.ttl_ns = 5'000'000});

// The control: everything is there, at once.
class NoopCache final : public Cache {
 public:
  CacheStatus get(std::string_view, TimeNs, std::string&) override { return CacheStatus::hit; }
  CacheStatus put(std::string_view, std::string_view, std::uint64_t, DurationNs, TimeNs) override {
    return CacheStatus::stored;
  }
  CacheStatus erase(std::string_view, TimeNs) override { return CacheStatus::absent; }
  CacheStatus get_or_load(std::string_view, std::uint64_t, DurationNs, TimeNs, const Loader&, std::string&) override {
    return CacheStatus::hit;
  }
  CacheCleanup cleanup(std::size_t, TimeNs) override { return {}; }
  CacheStats stats() const override { return {}; }
  CacheSize size() override { return {}; }
  std::uint64_t largest_weight() const override { return 0; }
};

const bool system_registered = register_bench_system<Cache, NoopCache>("cache");

}  // namespace
}  // namespace contend
