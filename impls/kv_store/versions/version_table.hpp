#pragma once

#include <boost/intrusive/set.hpp>
#include <memory>
#include <string_view>
#include <utility>

#include "impls/kv_store/versions/open_snapshots.hpp"
#include "impls/kv_store/versions/record.hpp"

namespace contend::kv_store {

// The records of some keys, without synchronisation. Only `prepare` can fail, and changes nothing.
// Complexity: O(log n) to find, O(1) to unlink. Memory: what is current, and what is kept for open snapshots.
class VersionTable {
 public:
  // A write for which everything is there. It holds as long as nothing else changes its key.
  struct Write {
    VersionedKey* place;  // null: the key comes
    std::unique_ptr<VersionedKey> fresh;
    std::unique_ptr<Record> record;
  };

  VersionTable() = default;
  ~VersionTable() {
    keys_.clear([](VersionedKey* key) {
      while (key->newest != nullptr) delete std::exchange(key->newest, key->newest->older);
      delete key;
    });
  }
  VersionTable(const VersionTable&) = delete;
  VersionTable& operator=(const VersionTable&) = delete;

  VersionedKey* find(std::string_view key) const noexcept { return keys_.find(key); }
  VersionedKey* first(std::string_view key) const noexcept { return keys_.first(key); }
  VersionedKey* next(const VersionedKey& key) const noexcept { return keys_.next(key); }
  std::size_t size() const noexcept { return keys_.size(); }
  // Null: there is none that has not ended.
  Record* current(std::string_view key) const noexcept {
    const VersionedKey* place = find(key);
    return place == nullptr ? nullptr : place->current();
  }
  // The one whose deadline came first, or null if it is still alive.
  Record* first_expired(TimeNs now_ns) noexcept {
    return deadlines_.empty() || is_live(&*deadlines_.begin(), now_ns) ? nullptr : &*deadlines_.begin();
  }

  Write prepare(std::string_view key, std::string_view value, TimeNs deadline_ns) const {
    Write write{find(key), nullptr, std::make_unique<Record>()};
    if (write.place == nullptr) {
      write.fresh = std::make_unique<VersionedKey>();
      write.fresh->key = key;
    }
    write.record->value = value;
    write.record->deadline_ns = deadline_ns;
    return write;
  }
  void apply(Write write, Stamp stamp, OpenSnapshots& open) noexcept {
    if (write.place == nullptr) {
      write.place = write.fresh.release();
      keys_.insert(*write.place);
    }
    Record& record = *write.record.release();
    Record* const old = write.place->current();
    record.from = stamp;
    record.key = write.place;
    record.older = write.place->newest;
    if (record.older != nullptr) record.older->newer = &record;
    write.place->newest = &record;
    if (record.deadline_ns != never) deadlines_.insert(record);
    if (old != nullptr) end(*old, stamp, open);
  }

  // Of a current record, by an erase, an expiry or another write. It may be gone after that, and its key with it.
  void end(Record& record, Stamp stamp, OpenSnapshots& open) noexcept {
    record.until = stamp;
    if (record.deadline_ns != never) deadlines_.erase(deadlines_.iterator_to(record));
    release(record, open);
  }
  // Of an ended record for which nobody keeps it: frees it unless an open snapshot sees it.
  void release(Record& record, OpenSnapshots& open) noexcept {
    if (open.keep(record)) return;
    VersionedKey& key = *record.key;
    (record.newer == nullptr ? key.newest : record.newer->older) = record.older;
    if (record.older != nullptr) record.older->newer = record.newer;
    delete &record;
    if (key.newest != nullptr) return;
    keys_.erase(key);
    delete &key;
  }

 private:
  struct DeadlineOf {
    using type = TimeNs;
    type operator()(const Record& record) const { return record.deadline_ns; }
  };

  KeyOrder<VersionedKey> keys_;
  boost::intrusive::multiset<Record, boost::intrusive::base_hook<DeadlineHook>,
                             boost::intrusive::key_of_value<DeadlineOf>>
      deadlines_;  // of the current records that have one
};

}  // namespace contend::kv_store
