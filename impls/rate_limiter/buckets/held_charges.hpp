#pragma once

#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <span>

#include "impls/rate_limiter/buckets/asked_charge.hpp"
#include "impls/rate_limiter/buckets/entry_shard.hpp"

namespace contend::rate_limiter {

// A request of several dimensions: all of its words are held while it is decided, so that it is one instant. Words are
// locked in the order of their addresses, by callers that lock no shard any more. O(dimensions log dimensions).
//
// The analysis cannot follow a set of locks that is known only at run time.
class HeldCharges {
 public:
  // In these charges nothing is wrong.
  HeldCharges(const WordQuotas& quotas, std::span<const Charge> charges);
  // Lets the words go, with what the buckets hold then.
  ~HeldCharges();
  HeldCharges(const HeldCharges&) = delete;
  HeldCharges& operator=(const HeldCharges&) = delete;

  // A bit for each shard that has one of the buckets.
  std::uint64_t shards() const noexcept;

  // Finds the buckets and holds their words. False: one is not there, or gone, and none is held. The caller has a LightPin, and
  // keeps it.
  bool hold_all(const EntryShards& shards);
  // The same with what is there. The caller holds the shards, and keeps them.
  void hold_those_there(const EntryShards& shards);

  // Charges all or none; makes the buckets that are not there, which takes that their shards are held. Throws std::bad_alloc,
  // and nothing has changed.
  Decision decide(EntryShards& shards, TimeNs now_ns);

 private:
  struct Dimension {
    AskedCharge asked;
    BucketEntry* entry = nullptr;  // null: there is none
    BucketEntry::Owned fresh = nullptr;
    std::uint64_t state = WordRules::full;
    bool held = false;
  };

  void find(const EntryShards& shards) noexcept;
  bool lock_words() noexcept;
  void unlock_words() noexcept;
  Decision judge(TimeNs now_ns) const;
  void prepare(EntryShards& shards);
  void insert_fresh(EntryShards& shards) noexcept;
  void take(TimeNs now_ns) noexcept;

  boost::container::static_vector<Dimension, max_dimensions> dimensions_;
};

// Holds the shards whose bits are set, taken in ascending order.
class HeldShards {
 public:
  HeldShards(EntryShards& shards, std::uint64_t chosen) noexcept;
  ~HeldShards();
  HeldShards(const HeldShards&) = delete;
  HeldShards& operator=(const HeldShards&) = delete;

 private:
  EntryShards& shards_;
  const std::uint64_t chosen_;
};

}  // namespace contend::rate_limiter
