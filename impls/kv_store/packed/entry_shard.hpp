#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/packed/packed_entry.hpp"
#include "impls/tables/tagged_buckets.hpp"

namespace contend::kv_store {

// The entries whose keys have one part of the hashes: a store without order and without any synchronisation. Inputs have been
// checked, and `hash` is that of the key.
//
// It keeps two lists for an order of keys that is brought up to date when somebody asks for it (KeyIndex): the newcomers that
// are not in that order, and entries that left the table and still stand there. Who never scans pays a pointer for it.
//
// O(1) expected, O(log n) for each entry with a deadline. Memory: an entry in one piece, its slot, and a tree node for
// each deadline; entries that left, half as many as there are and 64 at most, or 256 bytes for each of these.
class EntryShard {
  struct Identity {
    static std::uint64_t hash(const PackedEntry& entry) noexcept { return hash_bytes(entry.key()); }
    static bool equal(const PackedEntry& entry, std::string_view key) noexcept { return entry.key() == key; }
  };
  using Deadlines = std::set<std::pair<TimeNs, PackedEntry*>>;

 public:
  // A write for which all memory is there.
  struct Write {
    PackedEntry* place = nullptr;        // null: the key comes
    PackedEntry::Owned fresh = nullptr;  // null: the value is written over
    Deadlines::node_type deadline = {};  // empty: it has none
    std::string_view value = {};         // of the caller
    std::uint64_t hash = 0;
    Version previous = 0;
    TimeNs deadline_ns = never;
  };
  EntryShard() = default;
  ~EntryShard();
  EntryShard(const EntryShard&) = delete;
  EntryShard& operator=(const EntryShard&) = delete;

  // Before anything else: which one of its array it is, and how many entries there will be. Throws std::bad_alloc.
  void start(std::size_t number, std::size_t expected) {
    number_ = number;
    table_.make_room(expected);
  }

  Answer get(std::string_view key, std::uint64_t hash, TimeNs now_ns, std::string& value) {
    PackedEntry* const entry = find_live(key, hash, now_ns);
    if (entry == nullptr) return {Status::absent};
    value.assign(entry->value());
    return {Status::ok, entry->version, entry->version};
  }
  Answer set(std::string_view key, std::uint64_t hash, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
    return write(table_.find(hash, key), key, hash, value, ttl_ns, now_ns);
  }
  Answer put_if_absent(std::string_view key, std::uint64_t hash, std::string_view value, DurationNs ttl_ns,
                       TimeNs now_ns) {
    PackedEntry* const place = table_.find(hash, key);
    const Version live = live_version(place, now_ns);
    if (live != 0) return {Status::exists, live, live};
    return write(place, key, hash, value, ttl_ns, now_ns);
  }
  Answer compare_and_set(std::string_view key, std::uint64_t hash, Version expected, std::string_view value,
                         DurationNs ttl_ns, TimeNs now_ns, std::string& current);
  Answer erase(std::string_view key, std::uint64_t hash, TimeNs now_ns) noexcept;
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) noexcept;

  // A set in two steps, so that several can be one: what can fail comes first, and changes nothing that can be asked.
  // `coming`: how many keys will have come with this one, if it does.
  Write prepare(std::string_view key, std::uint64_t hash, std::string_view value, DurationNs ttl_ns, TimeNs now_ns,
                std::size_t coming);
  Answer apply(Write write) noexcept;

  // 0: there is nothing alive.
  Version version(std::string_view key, std::uint64_t hash, TimeNs now_ns) const noexcept {
    return live_version(table_.find(hash, key), now_ns);
  }
  // Whether the entry, which stands in the order of keys, is still in the table, and at that time alive.
  static bool is_live(const PackedEntry& entry, TimeNs now_ns) noexcept {
    return entry.place == PackedEntry::Place::indexed && is_alive(entry.deadline_ns, now_ns);
  }
  // Removes it where its deadline has come.
  void drop_expired(PackedEntry& entry, TimeNs now_ns) noexcept {
    if (entry.place == PackedEntry::Place::indexed && !is_alive(entry.deadline_ns, now_ns))
      remove(entry, hash_bytes(entry.key()));
  }
  std::size_t size() const noexcept { return table_.size(); }
  std::size_t number() const noexcept { return number_; }

  std::size_t newcomer_count() const noexcept { return newcomer_count_; }
  // Calls visit(entry) for each newcomer: from now on they stand in the order of keys.
  template <class Visit>
  void index_newcomers(Visit visit) noexcept {
    newcomer_count_ = 0;
    left_newcomers_ = 0;
    PackedEntry::each_linked(std::exchange(newcomers_, nullptr), [&](PackedEntry& entry) {
      if (entry.place == PackedEntry::Place::left_newcomer) {
        PackedEntry::Delete()(&entry);
      } else {
        entry.place = PackedEntry::Place::indexed;
        visit(entry);
      }
    });
  }
  // It could not be put into the order of keys after all.
  void index_later(PackedEntry& entry) noexcept {
    if (entry.place != PackedEntry::Place::indexed)
      return;  // it has left: who takes those will not find it in the order
    entry.place = PackedEntry::Place::newcomer;
    come(entry);
  }
  // Those that left, to be taken out of the order of keys and deleted by the caller.
  PackedEntry* take_left() noexcept {
    left_pieces_ = 0;
    return std::exchange(left_, nullptr);
  }
  bool has_many_left() const noexcept { return left_pieces_ > 64 + table_.size() / 2; }

 private:
  static void push(PackedEntry*& first, PackedEntry& entry) noexcept { entry.next = std::exchange(first, &entry); }
  // What an entry that left counts for: one, and one more for each 256 bytes.
  static std::size_t pieces(const PackedEntry& entry) noexcept { return 1 + entry.room_bytes / 256; }

  // 0 where there is nothing alive.
  static Version live_version(const PackedEntry* entry, TimeNs now_ns) noexcept {
    return entry != nullptr && is_alive(entry->deadline_ns, now_ns) ? entry->version : 0;
  }
  // Removes what has expired.
  PackedEntry* find_live(std::string_view key, std::uint64_t hash, TimeNs now_ns) noexcept {
    PackedEntry* const entry = table_.find(hash, key);
    if (entry == nullptr || is_alive(entry->deadline_ns, now_ns)) return entry;
    remove(*entry, hash);
    return nullptr;
  }
  Write prepare_at(PackedEntry* place, std::string_view key, std::uint64_t hash, std::string_view value,
                   DurationNs ttl_ns, TimeNs now_ns, std::size_t coming);
  // In one step, and with less to carry, where nothing but the value changes.
  Answer write(PackedEntry* place, std::string_view key, std::uint64_t hash, std::string_view value, DurationNs ttl_ns,
               TimeNs now_ns) {
    if (place == nullptr || place->deadline_ns != deadline_after(now_ns, ttl_ns) || !place->has_room_for(value)) {
      return write_anew(place, key, hash, value, ttl_ns, now_ns);
    }
    const Version previous = live_version(place, now_ns);
    place->assign(value);
    place->version = ++last_version_;
    return {Status::ok, last_version_, previous};
  }
  Answer write_anew(PackedEntry* place, std::string_view key, std::uint64_t hash, std::string_view value,
                    DurationNs ttl_ns, TimeNs now_ns);
  void remove(PackedEntry& entry, std::uint64_t hash) noexcept;
  void come(PackedEntry& entry) noexcept {
    push(newcomers_, entry);
    ++newcomer_count_;
  }
  // It is out of the table; frees it, now or once it is out of the order of keys.
  void leave(PackedEntry& entry) noexcept;
  void delete_left_newcomers() noexcept;

  TaggedBuckets<PackedEntry, Identity> table_;
  Version last_version_ = 0;
  PackedEntry* newcomers_ = nullptr;  // those that left among them
  std::size_t newcomer_count_ = 0;
  std::size_t left_newcomers_ = 0;  // in pieces
  PackedEntry* left_ = nullptr;
  std::size_t left_pieces_ = 0;
  Deadlines deadlines_;  // of the entries that have one
  std::size_t number_ = 0;
};

}  // namespace contend::kv_store
