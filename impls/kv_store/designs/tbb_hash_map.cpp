#include <tbb/concurrent_hash_map.h>

#include <atomic>
#include <limits>
#include <new>
#include <utility>

#include "impls/base/check.hpp"
#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/ordered_index.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {
namespace {

// TBB's concurrent_hash_map locks one element at a time through accessors, and must not be iterated while others use
// it. So the keys stand a second time in an ordered index, which changes only when a key comes or goes; scans walk the
// index. What has to be one instant over many keys (snapshot, commit) shuts a gate that every other operation passes as
// a reader.
constexpr Contract contract =
    Contract{
        .technique = "tbb",
        .summary =
            "TBB's concurrent_hash_map with an ordered index of keys beside it, and a gate for many-key operations",
        .shared_state = "map_ with a lock in each element; index_; the version counter; the gate",
        .protected_by =
            "an accessor guards its element, the index's mutex the index; the gate, exclusively held, guards all",
        .claim_point = "put_if_absent: the insertion while the element's accessor is held",
        .ordering = "operations on one key are ordered by its accessor; commits and snapshots against all by the gate",
        .progress =
            "blocking; TBB spins on a held element; a commit or snapshot waits at the gate for the operations that are "
            "in, and new ones wait behind it",
        .complexity = "get O(1) expected; creating and removing a key O(log n); scan O(log n + results); snapshot O(n)",
        .memory = "a hash node and two strings per entry, an index node, and another one if it has a deadline",
        .source = "oneTBB concurrent_hash_map",
    }
        .within(optimistic_contract);

class TbbStore final : public Store {
 public:
  explicit TbbStore(const Options& options) : map_(kv_store::expected_entries(options)) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const ReaderLock pass(gate_);
    return get_passed(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const ReaderLock pass(gate_);
    return set_passed(key, value, ttl_ns, now_ns);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const ReaderLock pass(gate_);
    return write_if(key, value, ttl_ns, now_ns,
                    [](Version live, const Value&) { return live == 0 ? Status::ok : Status::exists; });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    const ReaderLock pass(gate_);
    return write_if(key, value, ttl_ns, now_ns, [&](Version live, const Value& there) {
      if (live == expected) return Status::ok;
      if (live != 0) current = there.bytes;
      return Status::version_mismatch;
    });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    const ReaderLock pass(gate_);
    return erase_passed(key, now_ns);
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    const ReaderLock pass(gate_);
    scan_passed(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      const WriterLock alone(gate_);
      Alone table{*this};
      return commit_alone(request, table);
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    std::vector<Entry> entries;
    const WriterLock alone(gate_);
    index_.walk({}, [&](std::string_view key) {
      Map::const_accessor found;
      if (map_.find(found, key) && is_alive(found->second.deadline_ns, now_ns)) {
        entries.push_back({found->first, found->second.bytes, found->second.version});
      }
      return true;
    });
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    const ReaderLock pass(gate_);
    ExpireAnswer answer;
    std::string key;
    while (index_.next_expired(now_ns, key)) {
      if (answer.removed == budget) {
        answer.more = true;
        break;
      }
      Map::accessor found;
      if (map_.find(found, key) && !is_alive(found->second.deadline_ns, now_ns)) {
        remove(found);
        ++answer.removed;
      }
    }
    return answer;
  }
  // Not one instant: others' operations pass the gate too.
  Size size(TimeNs now_ns) override {
    expire(std::numeric_limits<std::size_t>::max(), now_ns);
    const std::size_t keys = index_.size();
    return {keys, keys};
  }

 private:
  // Finds and inserts by std::string_view: no string is built for a key that is there.
  struct Compare {
    using is_transparent = void;
    static std::size_t hash(std::string_view key) { return mix_bits(hash_bytes(key)); }
    static bool equal(std::string_view a, std::string_view b) { return a == b; }
  };
  struct Value {
    std::string bytes;
    Version version = 0;
    TimeNs deadline_ns = never;
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Map =
      tbb::concurrent_hash_map<std::string, Value, Compare, std::allocator<std::pair<const std::string, Value>>>;

  // All that a write needs and may be refused, made before it changes anything.
  struct Room {
    std::string bytes;
    TimeNs deadline_ns = never;
    OrderedIndex::Place place = {};

    Room() = default;
    Room(const Map::value_type& element, bool created, std::string_view value, TimeNs deadline)
        : bytes(value), deadline_ns(deadline), place(element.first, created, element.second.deadline_ns, deadline) {}
  };

  // True: the key was not there. TBB throws also where it has added the element, but has no memory for more buckets:
  // that is no reason to refuse it.
  bool insert(Map::accessor& found, std::string_view key) {
    try {
      return map_.insert(found, key);
    } catch (const std::bad_alloc&) {
      if (found.empty()) throw;
      return true;
    }
  }

  // An element that is in no index.
  void forget(std::string_view key) noexcept {
    Map::accessor found;
    if (map_.find(found, key)) map_.erase(found);
  }

  // The store for a commit that has shut the gate.
  struct Alone {
    // The element of its key is there from here on, but in no index until the write is applied, and gone if it is not.
    class Write {
     public:
      Write(TbbStore& store, std::string_view key, std::string_view value, TimeNs deadline_ns) : store_(store) {
        Map::accessor found;
        placed_ = store.insert(found, key);
        try {
          room_ = Room(*found, placed_, value, deadline_ns);
        } catch (...) {
          if (placed_) store.map_.erase(found);
          throw;
        }
        key_ = found->first;
      }
      ~Write() {
        if (placed_) store_.forget(key_);
      }
      Write(Write&& other) noexcept
          : store_(other.store_),
            key_(other.key_),
            placed_(std::exchange(other.placed_, false)),
            room_(std::move(other.room_)) {}

     private:
      friend struct Alone;
      TbbStore& store_;
      std::string_view key_;
      bool placed_ = false;  // there is an element that goes again unless this is applied
      Room room_;
    };

    Version version(std::string_view key, TimeNs now_ns) const {
      Map::const_accessor found;
      return store.map_.find(found, key) && is_alive(found->second.deadline_ns, now_ns) ? found->second.version : 0;
    }
    struct Seen {
      std::string_view key;
      Version version = 0;
    };
    template <class Visit>
    void walk(std::string_view from, TimeNs now_ns, Visit visit) const {
      store.index_.walk(from, [&](std::string_view key) {
        const Version live = version(key, now_ns);
        return live == 0 || visit(Seen{key, live});
      });
    }
    Write prepare(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
      return {store, key, value, deadline_after(now_ns, ttl_ns)};
    }
    void apply(std::string_view key, Write write) noexcept {
      Map::accessor found;
      CONTEND_CHECK(store.map_.find(found, key), "it was put there for this write");
      write.placed_ = false;
      store.fill(found, std::move(write.room_));
    }
    void erase(std::string_view key, TimeNs now_ns) { store.erase_passed(key, now_ns); }

    TbbStore& store;
  };

  Answer get_passed(std::string_view key, TimeNs now_ns, std::string& value) {
    while (true) {
      bool met_expired = false;
      const Answer answer = peek(key, now_ns, value, met_expired);
      // If somebody has written it in between, that is the answer: to say absent and leave the new value to others would
      // be two instants.
      if (!met_expired || drop_expired(key, now_ns)) return answer;
    }
  }
  // As get, but what has expired stays.
  Answer peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) {
    met_expired = false;
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Map::const_accessor found;
    if (!map_.find(found, key)) return {Status::absent};
    met_expired = !is_alive(found->second.deadline_ns, now_ns);
    if (met_expired) return {Status::absent};
    value = found->second.bytes;
    return {Status::ok, found->second.version, found->second.version};
  }
  // False: it is alive again.
  bool drop_expired(std::string_view key, TimeNs now_ns) noexcept {
    Map::accessor found;
    if (!map_.find(found, key)) return true;
    if (is_alive(found->second.deadline_ns, now_ns)) return false;
    remove(found);
    return true;
  }

  Answer set_passed(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
    return write_if(key, value, ttl_ns, now_ns, [](Version, const Value&) { return Status::ok; });
  }

  Answer erase_passed(std::string_view key, TimeNs now_ns) {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Map::accessor found;
    if (!map_.find(found, key)) return {Status::absent};
    const Version removed = is_alive(found->second.deadline_ns, now_ns) ? found->second.version : 0;
    remove(found);
    return removed == 0 ? Answer{Status::absent} : Answer{Status::ok, 0, removed};
  }

  // Holds the element, new or old, while it decides; an element that is not written after all goes again. `decide` is
  // given the live version, 0 if there is none.
  template <class Decide>
  Answer write_if(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, Decide decide) {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    Map::accessor found;
    const bool created = insert(found, key);
    const Version previous = !created && is_alive(found->second.deadline_ns, now_ns) ? found->second.version : 0;
    try {
      if (const Status refused = decide(previous, found->second); refused != Status::ok) {
        if (created) {
          map_.erase(found);
        } else if (previous == 0) {
          remove(found);
        }
        return {refused, previous, previous};
      }
      Room room(*found, created, value, deadline_after(now_ns, ttl_ns));
      return {Status::ok, fill(found, std::move(room)), previous};
    } catch (...) {
      if (created) map_.erase(found);
      throw;
    }
  }

  Version fill(Map::accessor& found, Room room) noexcept {
    Value& entry = found->second;
    index_.enter(found->first, std::move(room.place), entry.deadline_ns, room.deadline_ns);
    entry.bytes.swap(room.bytes);  // a short one that is moved would stay in the memory of the old one
    entry.deadline_ns = room.deadline_ns;
    entry.version = last_version_.fetch_add(1) + 1;
    return entry.version;
  }

  void remove(Map::accessor& found) noexcept {
    index_.leave(found->first, found->second.deadline_ns);
    map_.erase(found);
  }

  // Key by key: each entry at its own instant. What has expired goes when nothing can fail any more.
  void scan_passed(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
    if (check_input(prefix) != Status::ok) return;
    std::string key;
    key.reserve(max_key_bytes);
    std::string value;
    bool any_expired = false;
    for (bool first = true; entries.size() < limit && index_.next_key(prefix, first, key); first = false) {
      bool expired = false;
      const Answer answer = peek(key, now_ns, value, expired);
      if (answer.status == Status::ok) entries.push_back({key, value, answer.version});
      any_expired = any_expired || expired;
    }
    if (!any_expired) return;
    const std::string* const last = entries.size() < limit ? nullptr : &entries.back().key;
    for (bool first = true; index_.next_key(prefix, first, key) && (last == nullptr || key <= *last); first = false) {
      if (has_expired(key, now_ns)) drop_expired(key, now_ns);
    }
  }
  bool has_expired(std::string_view key, TimeNs now_ns) noexcept {
    Map::const_accessor found;
    return map_.find(found, key) && !is_alive(found->second.deadline_ns, now_ns);
  }

  // Taken first; then accessors, one at a time; then the index. Who has shut it may ask for elements within the index.
  SharedMutex gate_{{"gate of the store", 0}};
  Map map_;
  OrderedIndex index_;  // views into the keys of map_, whose elements never move
  std::atomic<Version> last_version_{0};
};

const bool registered = register_implementation<Store, TbbStore>(
    "tbb_hash_map", contract, {.scan = ScanGuarantee::per_stripe, .isolation = Isolation::serializable});

}  // namespace
}  // namespace contend::kv_store
