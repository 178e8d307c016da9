#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/texts.hpp"
#include "impls/base/check.hpp"
#include "impls/base/contract.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store::peers {

// What most programs ask of a map: get, set, put_if_absent and erase of one key, with a deadline that is looked at when the
// entry is met. The rest is not offered.
class PointStore : public Store {
 public:
  Answer compare_and_set(std::string_view, Version, std::string_view, DurationNs, TimeNs, std::string&) override {
    not_offered();
  }
  void scan(std::string_view, std::size_t, TimeNs, std::vector<Entry>&) override { not_offered(); }
  std::unique_ptr<Transaction> begin(TimeNs) override { not_offered(); }
  std::unique_ptr<Snapshot> snapshot(TimeNs) override { not_offered(); }
  ExpireAnswer expire(std::size_t, TimeNs) override { not_offered(); }
  Size size(TimeNs) override { not_offered(); }

 private:
  [[noreturn]] static void not_offered() { check_failed("offered", "who calls a peer asks first what it offers"); }
};

inline constexpr std::initializer_list<Part> beyond_points{
    Part::expire, Part::versions, Part::compare_and_set, Part::scan, Part::size, Part::transactions, Part::snapshots};

constexpr Guarantees points_only(std::initializer_list<Part> left_out = beyond_points) {
  Guarantees guarantees;
  for (const Part part : left_out) guarantees.offered.leave_out(part);
  return guarantees;
}

// What is true of every peer that locks a part of its entries for each operation on a key.
inline constexpr Contract sharded_contract =
    Contract{
        .shared_state = "shards_: each a table of keys with values and deadlines",
        .protected_by = "the lock of its shard, the only one that a thread holds",
        .claim_point = "put_if_absent: the insertion under the shard's lock",
        .ordering = "operations on a key are ordered by the lock of its shard",
        .progress = "blocking: a stalled lock holder delays whoever wants a key of its shard",
        .failure = "an operation without memory has not happened: what can throw comes before what changes",
        .complexity = "O(1) expected",
        .source = "common practice",
    }
        .within(without_threads);

struct Value {
  std::string bytes;
  TimeNs deadline_ns = never;

  void set(std::string_view value, TimeNs deadline) {
    replace_text(bytes, value);
    deadline_ns = deadline;
  }
};

}  // namespace contend::kv_store::peers
