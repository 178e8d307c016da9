#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

// One call of a workload.
struct Operation {
  std::string key;
  std::uint64_t weight = 1;
  bool puts = false;  // else gets, and puts what was missing
};

// What a trial needs to know of its workload.
struct Load {
  std::uint64_t capacity = 0;
  DurationNs ttl_ns = forever;
  std::vector<Operation> residents;  // put before the trial, in this order
  std::function<Ring<Operation>(int caller, std::uint64_t seed)> ring;
};

inline constexpr std::size_t value_bytes = 64;

// A value begins with the end of its key.
inline std::string_view mark_of(std::string_view key) {
  return key.substr(key.size() - std::min<std::size_t>(key.size(), 12));
}

class CacheCaller : public RingCaller<Operation> {
 public:
  CacheCaller(Cache& cache, DurationNs ttl_ns, Ring<Operation> ring)
      : RingCaller(std::move(ring)), cache_(cache), ttl_ns_(ttl_ns), value_(value_bytes, 'v') {}

  void call(Cursor& cursor) {
    const Operation& op = cursor.next();
    const TimeNs now_ns = cursor.now_ns();
    if (op.puts) {
      put(op, now_ns);
    } else if (cache_.get(op.key, now_ns, read_) == Status::hit) {
      ++hits_;
      if (cursor.sampled()) {
        const bool own = read_.size() == value_bytes && read_.starts_with(mark_of(op.key));
        expect(own, "a value was read that was put under another key");
      }
    } else {
      ++misses_;
      put(op, now_ns);
    }
  }

  std::uint64_t hits() const { return hits_; }
  std::uint64_t gets() const { return hits_ + misses_; }

 private:
  void put(const Operation& op, TimeNs now_ns) {
    const std::string_view mark = mark_of(op.key);
    mark.copy(value_.data(), mark.size());
    cache_.put(op.key, value_, op.weight, ttl_ns_, now_ns);
  }

  Cache& cache_;
  const DurationNs ttl_ns_;
  std::string value_;
  std::string read_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

class CacheSubject final : public CallerSubject<Cache, CacheCaller> {
 public:
  CacheSubject(const Maker<Cache>& make, Load load)
      : CallerSubject(make({.capacity = load.capacity, .on_removal = nullptr})), load_(std::move(load)) {}

  void prefill() override {
    std::string value(value_bytes, 'v');
    for (const Operation& resident : load_.residents) {
      const std::string_view mark = mark_of(resident.key);
      mark.copy(value.data(), mark.size());
      weight_ += resident.weight;
      system().put(resident.key, value, resident.weight, load_.ttl_ns, 0);
    }
  }
  std::string validate_state() override {
    const Size size = system().size();
    if (size.weight > load_.capacity) return "the entries weigh more than the capacity";
    if (load_.ttl_ns == forever && 2 * size.weight < std::min(load_.capacity, weight_))
      return "the cache is half empty";
    const Stats stats = system().stats();
    const std::uint64_t removed = stats.evicted + stats.expired + stats.replaced + stats.erased;
    if (stats.stored - removed != size.entries) return "entries stored and removed do not make what is there";
    return stats.hits + stats.misses == sum(&CacheCaller::gets) ? "" : "hits and misses do not make the gets";
  }
  std::size_t entries() const override { return load_.residents.size(); }
  double served_share() const override { return share(sum(&CacheCaller::hits), sum(&CacheCaller::gets)); }

 private:
  CacheCaller make_caller(int number, std::uint64_t seed) override {
    return CacheCaller(system(), load_.ttl_ns, load_.ring(number, seed));
  }

  const Load load_;
  std::uint64_t weight_ = 0;  // of the residents
};

}  // namespace contend::cache
