#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/kv_store/package_paths.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

enum class Kind : std::uint8_t { get, set, compare_and_set, erase, scan, transaction, snapshot };

// Parts per thousand of each kind of operation, and how they choose their keys.
struct Mix {
  int get = 0;
  int set = 0;
  int compare_and_set = 0;
  int erase = 0;
  int scan = 0;
  int transaction = 0;
  int snapshot = 0;
  double theta = 0;                                     // Zipf's exponent; 0 is uniform
  std::size_t hot_keys = 0;                             // operations choose among this many keys only; 0: among all
  std::size_t value_bytes = 64;                         // 0: as long as the file that the key names
  std::vector<std::pair<int, DurationNs>> ttl_parts{};  // parts per thousand of the writes; the rest does not expire

  Kind draw_kind(int drawn) const {
    const std::pair<Kind, int> parts[] = {
        {Kind::get, get},          {Kind::set, set},   {Kind::compare_and_set, compare_and_set},
        {Kind::erase, erase},      {Kind::scan, scan}, {Kind::transaction, transaction},
        {Kind::snapshot, snapshot}};
    for (const auto& [kind, part] : parts) {
      if (drawn < part) return kind;
      drawn -= part;
    }
    return Kind::get;
  }
  DurationNs draw_ttl_ns(int drawn) const {
    for (const auto& [part, ttl_ns] : ttl_parts) {
      if (drawn < part) return ttl_ns;
      drawn -= part;
    }
    return forever;
  }
  std::uint32_t bytes_of(std::size_t key) const {
    return value_bytes == 0 ? file_bytes()[key] : static_cast<std::uint32_t>(value_bytes);
  }
  // Whether every key is there all the time.
  bool keeps_all() const { return erase == 0 && ttl_parts.empty(); }
  std::size_t longest_value() const { return std::max(value_bytes, longest_file); }
};

struct Operation {
  std::string_view key;
  std::string_view other;
  DurationNs ttl_ns = forever;
  std::uint32_t key_number = 0;
  std::uint32_t other_number = 0;
  std::uint32_t value_bytes = 0;
  Kind kind = Kind::get;
};

// A value begins with the number of its key, where it is long enough.
inline void mark(std::string& value, std::uint32_t key_number) {
  if (value.size() >= sizeof key_number) std::memcpy(value.data(), &key_number, sizeof key_number);
}
inline bool is_value_of(std::uint32_t key_number, std::string_view value) {
  return value.size() < sizeof key_number || std::memcmp(value.data(), &key_number, sizeof key_number) == 0;
}

inline Ring<Operation> draw(const Mix& mix, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(keys().size(), mix.theta);
  const std::size_t wanted = mix.hot_keys == 0 ? keys().size() : mix.hot_keys;
  return draw_ring(1 << 14, seed, [&](std::mt19937_64& random) {
    const std::size_t chosen = mix.hot_keys == 0 ? ranks(random) : random() % wanted;
    Operation op{.key = keys()[chosen],
                 .other = {},
                 .key_number = static_cast<std::uint32_t>(chosen),
                 .value_bytes = mix.bytes_of(chosen)};
    op.other_number = static_cast<std::uint32_t>(random() % wanted);
    op.other = keys()[op.other_number];
    op.kind = mix.draw_kind(static_cast<int>(random() % 1000));
    op.ttl_ns = mix.draw_ttl_ns(static_cast<int>(random() % 1000));
    return op;
  });
}

class StoreCaller : public RingCaller<Operation> {
 public:
  StoreCaller(Store& store, const Mix& mix, std::uint64_t seed)
      : RingCaller(draw(mix, seed)), store_(store), keeps_all_(mix.keeps_all()), value_(mix.longest_value(), 'v') {}

  // Commits tried, and those that met a conflict.
  std::uint64_t commits() const { return commits_; }
  std::uint64_t conflicts() const { return conflicts_; }

  void call(Cursor& cursor) {
    const Operation& op = cursor.next();
    const TimeNs now_ns = cursor.now_ns();
    switch (op.kind) {
      case Kind::get: {
        const Status status = store_.get(op.key, now_ns, read_).status;
        if (cursor.sampled()) look_at(op, status);
        break;
      }
      case Kind::set:
        store_.set(op.key, value_of(op.key_number, op), op.ttl_ns, now_ns);
        break;
      case Kind::compare_and_set: {
        const Version seen = store_.get(op.key, now_ns, read_).version;
        store_.compare_and_set(op.key, seen, value_of(op.key_number, op), op.ttl_ns, now_ns, read_);
        break;
      }
      case Kind::erase:
        store_.erase(op.key, now_ns);
        break;
      case Kind::scan:
        store_.scan(op.key.substr(0, op.key.rfind('/') + 1), 20, now_ns, entries_);
        break;
      case Kind::transaction: {
        const auto transaction = store_.begin(now_ns);
        const Status status = transaction->get(op.key, read_).status;
        if (cursor.sampled()) look_at(op, status);
        transaction->set(op.other, value_of(op.other_number, op), forever);
        ++commits_;
        if (transaction->commit() == Status::conflict) ++conflicts_;
        break;
      }
      case Kind::snapshot: {
        const Status status = store_.snapshot(now_ns)->get(op.key, read_).status;
        if (cursor.sampled()) look_at(op, status);
        break;
      }
    }
  }

 private:
  std::string_view value_of(std::uint32_t key_number, const Operation& op) {
    mark(value_, key_number);
    return {value_.data(), op.value_bytes};
  }
  void look_at(const Operation& op, Status status) {
    expect(status == Status::ok || !keeps_all_, "a key was absent that nobody erases");
    expect(status != Status::ok || is_value_of(op.key_number, read_),
           "a value was read that was set under another key");
  }

  Store& store_;
  const bool keeps_all_;
  std::string value_;  // what is set; its first bytes name the key
  std::string read_;
  std::vector<Entry> entries_;
  std::uint64_t commits_ = 0;
  std::uint64_t conflicts_ = 0;
};

class StoreSubject final : public CallerSubject<Store, StoreCaller> {
 public:
  StoreSubject(std::unique_ptr<Store> store, Mix mix) : CallerSubject(std::move(store)), mix_(std::move(mix)) {}

  void prefill() override {
    std::string value(mix_.longest_value(), 'v');
    for (std::size_t i = 0; i < keys().size(); ++i) {
      mark(value, static_cast<std::uint32_t>(i));
      system().set(keys()[i], std::string_view(value.data(), mix_.bytes_of(i)), forever, 0);
    }
  }
  // What a scan shows must be what size counts and what get answers, in byte order.
  std::string validate_state() override {
    std::vector<Entry> entries;
    system().scan("", keys().size() + 1, 0, entries);
    if (system().size(0).live != entries.size()) return "size and scan disagree";
    if (entries.empty()) return "nothing is kept";
    if (mix_.keeps_all() && entries.size() != keys().size()) return "keys were lost that nobody erases";
    std::string value;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0 && entries[i - 1].key >= entries[i].key) return "scan is out of order at " + entries[i].key;
      if (i % 64 == 0 && system().get(entries[i].key, 0, value).version != entries[i].version) {
        return "get and scan disagree on " + entries[i].key;
      }
    }
    return "";
  }
  std::size_t entries() const override { return keys().size(); }
  Attempts attempts() const override { return {sum(&StoreCaller::commits), sum(&StoreCaller::conflicts)}; }

 private:
  StoreCaller make_caller(int, std::uint64_t seed) override { return StoreCaller(system(), mix_, seed); }

  const Mix mix_;
};

}  // namespace contend::kv_store
