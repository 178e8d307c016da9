#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/packed/entry_shard.hpp"
#include "impls/kv_store/packed/key_index.hpp"
#include "impls/kv_store/packed/shard_set.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::kv_store {

// Up to 256 EntryShards with a spin lock each, chosen by the hash of the key, and one order of all keys.
//
// The order is brought up to date by whoever wants to walk it. A key that comes is left with its shard, and the shard is
// announced in `unordered_`, all before its lock is let go. So while no shard is announced, at that instant the order lacks
// nothing: a scan that holds the shards of what it answers, and then sees that, has the answer of one instant, though
// it holds no other shard.
//
// Locks: order_lock_ before shards, shards in ascending order. An entry in the order is freed under order_lock_ alone, so
// its key may be read by whoever has it shared.
class OrderedShards {
 public:
  explicit OrderedShards(std::size_t expected_entries);

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) {
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    const SpinGuard guard(shard.lock);
    return shard.entries.get(key, hash, now_ns, value);
  }
  // operation(entries, hash) under the lock of the key's shard.
  template <class Operation>
  Answer change(std::string_view key, Operation operation) {
    const std::uint64_t hash = hash_bytes(key);
    Shard& shard = shard_of(hash);
    bool has_many_left = false;
    Answer answer;
    {
      const SpinGuard guard(shard.lock);
      answer = operation(shard.entries, hash);
      announce(shard);
      has_many_left = shard.entries.has_many_left();
    }
    if (has_many_left) forget_left(shard);
    return answer;
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns);

  // Of one instant. Requires a limit above 0 and a prefix that can be that of a key.
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries);

 private:
  struct alignas(cache_line_bytes) Shard {
    SpinLock lock;
    bool is_announced GUARDED_BY(lock) = false;  // has newcomers, and its bit in unordered_ says so
    EntryShard entries GUARDED_BY(lock);
  };

  // The analysis cannot follow a set of locks that is known only at run time.
  struct Locks {
    Locks(OrderedShards& shards, const ShardSet& chosen) noexcept;
    ~Locks();
    Locks(const Locks&) = delete;
    Locks& operator=(const Locks&) = delete;
    OrderedShards& shards;
    const ShardSet chosen;
  };

 public:
  ShardSet all() const noexcept { return ShardSet::all_below(shards_.size()); }
  std::size_t number_of(std::string_view key) const { return number_of(hash_bytes(key)); }

  // Holds some shards, and works on them as if they were one table.
  class Held {
   public:
    Held(OrderedShards& shards, const ShardSet& chosen) : locks_(shards, chosen), shards_(shards) {}
    // All of them, and their order. Throws std::bad_alloc.
    explicit Held(OrderedShards& shards);

    // For commits, as in Table.
    using Write = EntryShard::Write;
    Version version(std::string_view key, TimeNs now_ns) const;
    Write prepare(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
    void apply(std::string_view key, Write write) noexcept;
    void erase(std::string_view key, TimeNs now_ns) noexcept;

    struct Live {
      std::string_view key;
      std::string_view value;
      Version version;
    };
    // Requires all. Visits the live entries from `from` on in key order, until `visit` is false.
    template <class Visit>
    void walk(std::string_view from, TimeNs now_ns, Visit visit) const NO_THREAD_SAFETY_ANALYSIS {
      for (auto cursor = shards_.order_.from(from); cursor.entry() != nullptr; cursor.advance()) {
        const PackedEntry& entry = *cursor.entry();
        if (EntryShard::is_live(entry, now_ns) && !visit(Live{entry.key(), entry.value(), entry.version})) return;
      }
    }
    // Requires all. Removes the expired entries under `prefix` up to the key `last`, or all of them if `last` is null.
    void drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns) noexcept;
    // Requires all.
    Size size(TimeNs now_ns) noexcept;

   private:
    EntryShard& entries_of(std::uint64_t hash) const NO_THREAD_SAFETY_ANALYSIS {
      return shards_.shard_of(hash).entries;
    }

    std::optional<WriterLock> order_lock_;
    Locks locks_;
    OrderedShards& shards_;
    std::array<std::size_t, ShardSet::limit> coming_{};  // prepared keys that are new, of each shard
  };

 private:
  std::size_t number_of(std::uint64_t hash) const { return hash >> 32 & (shards_.size() - 1); }
  Shard& shard_of(std::uint64_t hash) { return shards_[number_of(hash)]; }

  // Before the shard is let go by whoever may have made a key.
  void announce(Shard& shard) noexcept REQUIRES(shard.lock) {
    if (shard.is_announced || shard.entries.newcomer_count() == 0) return;
    shard.is_announced = true;
    unordered_.value[shard.entries.number() / 64].fetch_or(std::uint64_t{1} << shard.entries.number() % 64);
  }
  bool is_order_complete() const noexcept;
  // Throws std::bad_alloc, and then has left with their shards what is not in the order.
  void order_newcomers(bool shards_are_held) REQUIRES(order_lock_);
  void take_newcomers(Shard& shard, std::vector<PackedEntry*>& taken) REQUIRES(order_lock_, shard.lock);
  void delete_left(PackedEntry* first) noexcept REQUIRES(order_lock_);
  void forget_left(Shard& shard) noexcept EXCLUDES(order_lock_);
  // False: keys have come meanwhile.
  bool scan_shared(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries)
      REQUIRES_SHARED(order_lock_);

  std::vector<Shard> shards_;
  SharedMutex order_lock_{{"order of keys", 0}};
  KeyIndex order_ GUARDED_BY(order_lock_);
  Padded<std::array<std::atomic<std::uint64_t>, ShardSet::limit / 64>> unordered_;
};

}  // namespace contend::kv_store
