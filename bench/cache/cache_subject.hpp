#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "bench/cache/cache_mix.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "impls/cache/cache.hpp"

namespace contend::cache {

struct Operation {
  std::string_view key;
  std::uint64_t weight = 1;
  Kind kind = Kind::get;
};

// What a trial needs to know of its workload.
struct Load {
  std::uint64_t capacity = 0;
  DurationNs ttl_ns = forever;
  DurationNs load_ns = 0;
  std::size_t value_bytes = 64;
  bool erases = false;
  // Calls with each entry that is put before the trial.
  using Put = std::function<void(std::string_view key, std::uint64_t weight)>;
  std::function<void(const Put& put)> residents;
  std::function<Ring<Operation>(int caller, std::uint64_t seed)> ring;
};

// Makes the values of keys: each begins with the end of its key, where it is long enough.
class Values {
 public:
  explicit Values(std::size_t bytes) : value_(bytes, 'v') {}

  const std::string& of(std::string_view key) {
    const std::string_view mark = mark_of(key);
    if (mark.size() <= value_.size()) mark.copy(value_.data(), mark.size());
    return value_;
  }
  bool is_of(std::string_view key, std::string_view value) const {
    const std::string_view mark = mark_of(key);
    return value.size() == value_.size() && (mark.size() > value.size() || value.starts_with(mark));
  }

 private:
  static std::string_view mark_of(std::string_view key) {
    return key.substr(key.size() - std::min<std::size_t>(key.size(), 12));
  }
  std::string value_;
};

class CacheCaller : public RingCaller<Operation> {
 public:
  CacheCaller(Cache& cache, const Load& load, Ring<Operation> ring)
      : RingCaller(std::move(ring)),
        cache_(cache),
        ttl_ns_(load.ttl_ns),
        load_ns_(load.load_ns),
        values_(load.value_bytes),
        loader_([this](std::string_view key) { return load_value(key); }) {}

  void call(Cursor& cursor) {
    const Operation& op = cursor.next();
    const TimeNs now_ns = cursor.now_ns();
    switch (op.kind) {
      case Kind::get:
        if (look_up(op, cursor)) return;
        wait_for_load();
        return put(op, now_ns);
      case Kind::peek:
        look_up(op, cursor);
        return;
      case Kind::get_or_load:
        return note_get(cache_.get_or_load(op.key, op.weight, ttl_ns_, now_ns, loader_, read_), op, cursor);
      case Kind::put:
        return put(op, now_ns);
      case Kind::erase:
        if (cache_.erase(op.key, now_ns) == Status::removed) ++erased_;
        return;
      case Kind::cleanup:
        cache_.cleanup(64, now_ns);
        return;
      case Kind::size:
        cache_.size();
        return;
    }
  }

  std::uint64_t hits() const { return hits_; }
  std::uint64_t gets() const { return gets_; }
  std::uint64_t erased() const { return erased_; }
  std::uint64_t loaded() const { return loaded_; }

 private:
  bool look_up(const Operation& op, const Cursor& cursor) {
    const Status status = cache_.get(op.key, cursor.now_ns(), read_);
    const bool hit = status == Status::hit;
    ++gets_;
    hits_ += hit ? 1 : 0;
    if (hit && cursor.sampled()) look_at(op);
    return hit;
  }
  void note_get(Status status, const Operation& op, const Cursor& cursor) {
    ++gets_;
    hits_ += status == Status::hit ? 1 : 0;
    if (cursor.sampled()) look_at(op);
  }
  void look_at(const Operation& op) {
    expect(values_.is_of(op.key, read_), "a value was read that was put under another key");
  }
  void put(const Operation& op, TimeNs now_ns) { cache_.put(op.key, values_.of(op.key), op.weight, ttl_ns_, now_ns); }

  std::string load_value(std::string_view key) {
    ++loaded_;
    wait_for_load();
    return values_.of(key);
  }
  // A sleep is of some fifty microseconds at least: what is short is waited for awake.
  void wait_for_load() const {
    if (load_ns_ == 0) return;
    const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(load_ns_);
    if (load_ns_ >= 200'000) return std::this_thread::sleep_until(until);
    while (std::chrono::steady_clock::now() < until) continue;
  }

  Cache& cache_;
  const DurationNs ttl_ns_;
  const DurationNs load_ns_;
  Values values_;
  const Cache::Loader loader_;
  std::string read_;
  std::uint64_t hits_ = 0;
  std::uint64_t gets_ = 0;
  std::uint64_t erased_ = 0;
  std::uint64_t loaded_ = 0;
};

class CacheSubject final : public CallerSubject<Cache, CacheCaller> {
 public:
  CacheSubject(const Maker<Cache>& make, Load load)
      : CallerSubject(make({.capacity = load.capacity, .on_removal = nullptr})),
        load_(std::move(load)),
        counts_(make.guarantees.offered.has(Part::counting)) {}

  void prefill() override {
    Values values(load_.value_bytes);
    load_.residents([&](std::string_view key, std::uint64_t weight) {
      ++residents_;
      weight_ += weight;
      system().put(key, values.of(key), weight, load_.ttl_ns, 0);
    });
  }
  std::string validate_state() override {
    if (!counts_) return "";
    const Size size = system().size();
    if (size.weight > load_.capacity) return "the entries weigh more than the capacity";
    const bool stays_full = load_.ttl_ns == forever && !load_.erases;
    if (stays_full && 2 * size.weight < std::min(load_.capacity, weight_)) return "the cache is half empty";
    const Stats stats = system().stats();
    if (stats.stored < residents_) return "what was put was not stored";
    const std::uint64_t removed = stats.evicted + stats.expired + stats.replaced + stats.erased;
    if (stats.stored - removed != size.entries) return "entries stored and removed do not make what is there";
    if (stats.erased != sum(&CacheCaller::erased)) return "more or less was erased than the callers were told";
    if (stats.loads != sum(&CacheCaller::loaded)) return "more or less was loaded than was counted";
    return stats.hits + stats.misses == sum(&CacheCaller::gets) ? "" : "hits and misses do not make the gets";
  }
  std::size_t entries() const override { return residents_; }
  double served_share() const override { return share(sum(&CacheCaller::hits), sum(&CacheCaller::gets)); }

 private:
  CacheCaller make_caller(int number, std::uint64_t seed) override {
    return CacheCaller(system(), load_, load_.ring(number, seed));
  }

  const Load load_;
  const bool counts_;
  std::size_t residents_ = 0;
  std::uint64_t weight_ = 0;  // of the residents
};

}  // namespace contend::cache
