#pragma once

#include <boost/intrusive/set.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/storage.hpp"

namespace contend::kv_store {

// The store without any synchronisation: what `reference` puts under one lock, and of which other designs keep one per
// stripe or per owner thread. Complexity as its storage says, plus O(log n) for each change of a deadline; expire
// O(log n) per removed entry.
// Memory: one node with two strings per entry, and what its storage keeps beside.
template <class Storage>
class Table {
 private:
  using Node = typename Storage::Node;

 public:
  static constexpr bool reads_without_lock = Storage::reads_without_lock;

  // A write for which everything is there. It holds as long as nothing else changes its key.
  struct Write {
    Node* place;  // null: the key comes
    typename Storage::Room room;
    Version previous;
    TimeNs deadline_ns;
  };

  explicit Table(std::size_t expected_entries = 0) : storage_(expected_entries) {}

  // Without the caller's lock, where the storage has it: the answer of get, or nothing where only get can tell.
  std::optional<Answer> read(std::string_view key, TimeNs now_ns, std::string& value) const
    requires reads_without_lock
  {
    return storage_.read(key, now_ns, value);
  }
  void allow_unlocked_reads(bool allowed) noexcept
    requires reads_without_lock
  {
    storage_.allow_unlocked_reads(allowed);
  }

  Answer get(std::string_view key, TimeNs now_ns, std::string& value);
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current);
  Answer erase(std::string_view key, TimeNs now_ns) noexcept;
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) noexcept;
  Size size(TimeNs now_ns) noexcept;

  // A set in two steps, so that several can be one: what can fail comes first, and changes nothing that can be asked.
  // Between the two, `value` must stay. Inputs have been checked.
  Write prepare(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) const;
  Answer apply(Write write) noexcept;
  void apply(std::string_view /*key*/, Write write) noexcept { apply(std::move(write)); }

  // 0: there is nothing alive.
  Version version(std::string_view key, TimeNs now_ns) const noexcept {
    return live_version(storage_.find(key), now_ns);
  }
  // Visits the live entries from `from` on in key order, until `visit` is false.
  template <class Visit>
  void walk(std::string_view from, TimeNs now_ns, Visit visit) const {
    for (Cursor cursor(*this, from, now_ns); cursor.entry() != nullptr && visit(*cursor.entry());) cursor.advance();
  }

  // Appends to `entries` instead of replacing.
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries);

  // The readers' halves of get and scan, for use under a shared lock: the same answers, but expired entries stay and
  // set `met_expired`, so that the caller can remove them under an exclusive lock, by get and by drop_expired.
  Answer peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const;
  void peek_scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries,
                 bool& met_expired) const;

  // Removes the expired entries under `prefix` up to the key `last`, or all of them if `last` is null: what a scan that
  // ended there has met.
  void drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns) noexcept;

  // Walks the live entries from `from` on in key order; for scans over several tables.
  class Cursor {
   public:
    Cursor(const Table& table, std::string_view from, TimeNs now_ns) noexcept
        : table_(&table), now_ns_(now_ns), node_(table.storage_.first(from)) {
      skip_expired();
    }
    // Null: at the end.
    const TableEntry* entry() const noexcept { return node_; }
    void advance() noexcept {
      node_ = table_->storage_.next(*node_);
      skip_expired();
    }

   private:
    void skip_expired() noexcept {
      while (node_ != nullptr && !is_alive(node_->deadline_ns, now_ns_)) node_ = table_->storage_.next(*node_);
    }

    const Table* table_;
    TimeNs now_ns_;
    const Node* node_;
  };
  bool has_expired(TimeNs now_ns) const noexcept { return first_expired(now_ns) != nullptr; }

  // Appends all live entries in key order, leaving expired ones in place.
  void copy_live(TimeNs now_ns, std::vector<Entry>& entries) const;

 private:
  struct DeadlineOf {
    using type = TimeNs;
    type operator()(const TableEntry& entry) const { return entry.deadline_ns; }
  };
  using Deadlines = boost::intrusive::multiset<Node, boost::intrusive::base_hook<DeadlineHook>,
                                               boost::intrusive::key_of_value<DeadlineOf>>;

  Node* find_live(std::string_view key, TimeNs now_ns) noexcept;
  // The entry whose deadline came first, or null if it is still alive.
  const Node* first_expired(TimeNs now_ns) const noexcept;
  void remove(Node& node) noexcept;
  Write prepare_at(Node* place, std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) const;
  Answer write(Node* place, std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
    return apply(prepare_at(place, key, value, ttl_ns, now_ns));
  }
  // 0 where there is nothing alive.
  static Version live_version(const Node* place, TimeNs now_ns) noexcept;

  Storage storage_;
  Deadlines deadlines_;  // of the entries that have one
  Version last_version_ = 0;
};

using OrderedTable = Table<OrderedStorage>;
using HashedTable = Table<HashedStorage>;
extern template class Table<OrderedStorage>;
extern template class Table<HashedStorage>;

// Of an OrderedTable under one lock.
inline constexpr Contract ordered_table_contract{
    .shared_state = "table_: entries, deadlines and the version counter",
    .complexity = "point operations O(log n), scan O(log n + results), snapshot O(n), size O(expired log n)",
    .memory = "one tree node with two strings per entry; a snapshot copies all entries",
};

// The key at which a scan for `limit` entries stopped, or null if it saw everything under its prefix.
inline const std::string* last_met(const std::vector<Entry>& entries, std::size_t limit) {
  return entries.size() < limit ? nullptr : &entries.back().key;
}

}  // namespace contend::kv_store
