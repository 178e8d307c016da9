#include <tbb/concurrent_hash_map.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <set>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
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
        .shared_state = "map_ with a lock in each element; index_ and deadlines_; the version counter; the gate",
        .protected_by =
            "an accessor guards its element, index_mutex_ the index; the gate, exclusively held, guards all",
        .claim_point = "put_if_absent: the insertion while the element's accessor is held",
        .ordering = "operations on one key are ordered by its accessor; commits and snapshots against all by the gate",
        .progress = "blocking; TBB spins on a held element; a stream of operations can delay a commit at the gate",
        .complexity = "get O(1) expected; creating and removing a key O(log n); scan O(log n + results); snapshot O(n)",
        .memory = "a hash node and two strings per entry, the key once more in the index, an index node per deadline",
        .source = "oneTBB concurrent_hash_map",
    }
        .within(optimistic_contract);

class TbbStore final : public Store {
 public:
  explicit TbbStore(const Options& options) : map_(options.expected_entries) {}

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
                    [](const TableEntry& entry) { return entry.version == 0 ? Status::ok : Status::exists; });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    const ReaderLock pass(gate_);
    return write_if(key, value, ttl_ns, now_ns, [&](const TableEntry& entry) {
      if (entry.version == expected) return Status::ok;
      if (entry.version != 0) current = entry.value;
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
    const MutexLock lock(index_mutex_);
    for (const std::string& key : index_) {
      Map::const_accessor found;
      if (map_.find(found, key) && is_alive(found->second.deadline_ns, now_ns)) {
        entries.push_back({key, found->second.value, found->second.version});
      }
    }
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    const ReaderLock pass(gate_);
    ExpireAnswer answer;
    std::string key;
    while (next_expired(now_ns, key)) {
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
    const std::size_t resident = index_size();
    expire(std::numeric_limits<std::size_t>::max(), now_ns);
    const std::size_t live = index_size();
    return {live, std::max(live, resident)};
  }

 private:
  // Finds and inserts by std::string_view: no string is built for a key that is there.
  struct Compare {
    using is_transparent = void;
    static std::size_t hash(std::string_view key) { return mix_bits(hash_bytes(key)); }
    static bool equal(std::string_view a, std::string_view b) { return a == b; }
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Map = tbb::concurrent_hash_map<std::string, TableEntry, Compare,
                                       std::allocator<std::pair<const std::string, TableEntry>>>;

  // The store for a commit that has shut the gate.
  struct Alone {
    TbbStore& store;
    Answer get(std::string_view key, TimeNs now_ns, std::string& value) { return store.get_passed(key, now_ns, value); }
    void set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
      store.set_passed(key, value, ttl_ns, now_ns);
    }
    void erase(std::string_view key, TimeNs now_ns) { store.erase_passed(key, now_ns); }
    void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
      store.scan_passed(prefix, limit, now_ns, entries);
    }
  };

  Answer get_passed(std::string_view key, TimeNs now_ns, std::string& value) {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    {
      Map::const_accessor found;
      if (!map_.find(found, key)) return {Status::absent};
      if (is_alive(found->second.deadline_ns, now_ns)) {
        value = found->second.value;
        return {Status::ok, found->second.version, found->second.version};
      }
    }
    // Expired: it goes for good. If somebody has written it in between, that is the answer: to say absent and leave the
    // old value to them would be two instants.
    Map::accessor found;
    if (!map_.find(found, key)) return {Status::absent};
    if (is_alive(found->second.deadline_ns, now_ns)) {
      value = found->second.value;
      return {Status::ok, found->second.version, found->second.version};
    }
    remove(found);
    return {Status::absent};
  }

  Answer set_passed(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
    return write_if(key, value, ttl_ns, now_ns, [](const TableEntry&) { return Status::ok; });
  }

  Answer erase_passed(std::string_view key, TimeNs now_ns) {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Map::accessor found;
    if (!map_.find(found, key)) return {Status::absent};
    const Version removed = is_alive(found->second.deadline_ns, now_ns) ? found->second.version : 0;
    remove(found);
    return removed == 0 ? Answer{Status::absent} : Answer{Status::ok, 0, removed};
  }

  // Holds the element, new or old, while it decides; an element that is not written after all goes again. Version 0 in
  // the entry that `decide` sees means that there is no live value.
  template <class Decide>
  Answer write_if(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, Decide decide) {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    Map::accessor found;
    const bool created = map_.insert(found, key);
    TableEntry& entry = found->second;
    if (!created && !is_alive(entry.deadline_ns, now_ns)) entry.version = 0;
    const Version previous = entry.version;
    if (const Status refused = decide(entry); refused != Status::ok) {
      if (previous == 0) remove(found);
      return {refused, previous, previous};
    }
    entry.value = value;
    index(found->first, created, entry.deadline_ns, deadline_after(now_ns, ttl_ns));
    entry.deadline_ns = deadline_after(now_ns, ttl_ns);
    entry.version = last_version_.fetch_add(1) + 1;
    return {Status::ok, entry.version, previous};
  }

  void index(const std::string& key, bool created, TimeNs old_ns, TimeNs new_ns) {
    if (!created && old_ns == new_ns) return;
    const MutexLock lock(index_mutex_);
    if (created) index_.insert(key);
    if (old_ns != never) deadlines_.erase({old_ns, key});
    if (new_ns != never) deadlines_.emplace(new_ns, key);
  }

  void remove(Map::accessor& found) {
    {
      const MutexLock lock(index_mutex_);
      index_.erase(found->first);
      deadlines_.erase({found->second.deadline_ns, found->first});
    }
    map_.erase(found);
  }

  // An accessor is never taken while the index is locked: the other order is the one in use.
  bool next_expired(TimeNs now_ns, std::string& key) {
    const MutexLock lock(index_mutex_);
    if (deadlines_.empty() || deadlines_.begin()->first > now_ns) return false;
    key = deadlines_.begin()->second;
    return true;
  }
  std::size_t index_size() {
    const MutexLock lock(index_mutex_);
    return index_.size();
  }

  // Key by key: each entry at its own instant.
  void scan_passed(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
    if (check_input(prefix) != Status::ok) return;
    std::string key;
    std::string value;
    for (bool first = true; entries.size() < limit && next_key(prefix, first, key); first = false) {
      const Answer answer = get_passed(key, now_ns, value);
      if (answer.status == Status::ok) entries.push_back({key, value, answer.version});
    }
  }
  // The first key of the index at or after `prefix`, or the one after `key`; false if it does not begin with `prefix`.
  bool next_key(std::string_view prefix, bool first, std::string& key) {
    const MutexLock lock(index_mutex_);
    const auto place = first ? index_.lower_bound(prefix) : index_.upper_bound(key);
    if (place == index_.end() || !place->starts_with(prefix)) return false;
    key = *place;
    return true;
  }

  SharedMutex gate_{{"gate of the store", 0}};  // taken first; then accessors, one at a time; then the index
  Map map_;
  Mutex index_mutex_{{"index of the store", 0}};
  std::set<std::string, std::less<>> index_ GUARDED_BY(index_mutex_);
  std::set<std::pair<TimeNs, std::string>> deadlines_ GUARDED_BY(index_mutex_);
  std::atomic<Version> last_version_{0};
};

const bool registered = register_implementation<Store, TbbStore>(
    "tbb_hash_map", contract, {.scan = ScanGuarantee::per_stripe, .isolation = Isolation::serializable});

}  // namespace
}  // namespace contend::kv_store
