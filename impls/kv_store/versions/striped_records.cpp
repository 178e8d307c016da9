#include "impls/kv_store/versions/striped_records.hpp"

#include <algorithm>
#include <bitset>
#include <limits>
#include <span>

#include "impls/kv_store/striping/merge.hpp"

namespace contend::kv_store {
namespace {

// An expiry is not a write of somebody else's.
bool written_since(const VersionTable& table, std::string_view key, Stamp read_at, TimeNs now_ns) {
  const VersionedKey* there = table.find(key);
  if (there == nullptr) return false;
  const Record* current = there->current();
  if (current != nullptr) return current->from > read_at;
  return is_live(there->at(read_at), now_ns);
}

}  // namespace

// What a snapshot sees of one stripe, fetched in parts, so that no stripe is held while another is.
class StripedRecords::Cursor {
 public:
  Cursor(Stripe& stripe, std::string_view prefix, Stamp at, TimeNs now_ns, std::size_t part)
      : stripe_(&stripe), prefix_(prefix), at_(at), now_ns_(now_ns), part_(part) {
    seen_.reserve(part_);
    fetch();
  }
  // What is seen is kept for the snapshot, so it can be read without the lock.
  const Record* record() const { return place_ < seen_.size() ? seen_[place_] : nullptr; }
  const VersionedKey* entry() const { return record() == nullptr ? nullptr : record()->key; }
  void advance() {
    if (++place_ == part_) fetch();
  }

 private:
  void fetch() {
    Stripe& stripe = *stripe_;
    const MutexLock lock(stripe.mutex);
    const VersionedKey* key = seen_.empty() ? stripe.table.first(prefix_) : stripe.table.next(*seen_.back()->key);
    seen_.clear();
    place_ = 0;
    for (; seen_.size() < part_ && key != nullptr && key->key.starts_with(prefix_); key = stripe.table.next(*key)) {
      if (const Record* record = key->at(at_); is_live(record, now_ns_)) seen_.push_back(record);
    }
  }

  Stripe* stripe_;
  std::string_view prefix_;
  Stamp at_;
  TimeNs now_ns_;
  std::size_t part_;
  std::vector<const Record*> seen_;
  std::size_t place_ = 0;
};

// Holds stripes that are known only at run time, which the analysis cannot follow; taken in ascending order.
class StripedRecords::HeldStripes {
 public:
  HeldStripes(StripedRecords& records, const CommitRequest& request) NO_THREAD_SAFETY_ANALYSIS : records_(records) {
    for (const auto& [key, write] : request.writes) chosen_.set(stripe_index(key));
    for (std::size_t i = 0; i < stripe_count; ++i) {
      if (chosen_[i]) records_.stripes_[i].mutex.lock();
    }
  }
  ~HeldStripes() NO_THREAD_SAFETY_ANALYSIS {
    for (std::size_t i = 0; i < stripe_count; ++i) {
      if (chosen_[i]) records_.stripes_[i].mutex.unlock();
    }
  }
  HeldStripes(const HeldStripes&) = delete;
  HeldStripes& operator=(const HeldStripes&) = delete;

  VersionTable& table_of(std::string_view key) NO_THREAD_SAFETY_ANALYSIS { return records_.stripe_of(key).table; }

 private:
  StripedRecords& records_;
  std::bitset<stripe_count> chosen_;
};

Record* StripedRecords::find_live(Stripe& stripe, std::string_view key, TimeNs now_ns) {
  Record* record = stripe.table.current(key);
  if (record == nullptr || is_live(record, now_ns)) return record;
  stripe.table.end(*record, open_.next_stamp(), open_);
  return nullptr;
}

Answer StripedRecords::get(std::string_view key, TimeNs now_ns, std::string& value) {
  Stripe& stripe = stripe_of(key);
  const MutexLock lock(stripe.mutex);
  const Record* record = find_live(stripe, key, now_ns);
  if (record == nullptr) return {Status::absent};
  value = record->value;
  return {Status::ok, record->from, record->from};
}

Answer StripedRecords::erase(std::string_view key, TimeNs now_ns) {
  Stripe& stripe = stripe_of(key);
  const MutexLock lock(stripe.mutex);
  Record* record = find_live(stripe, key, now_ns);
  if (record == nullptr) return {Status::absent};
  const Version removed = record->from;
  stripe.table.end(*record, open_.next_stamp(), open_);
  return {Status::ok, 0, removed};
}

const Record* StripedRecords::record_at(std::string_view key, Stamp at) {
  Stripe& stripe = stripe_of(key);
  const MutexLock lock(stripe.mutex);
  const VersionedKey* there = stripe.table.find(key);
  return there == nullptr ? nullptr : there->at(at);
}

void StripedRecords::scan_at(Stamp at, std::string_view prefix, std::size_t limit, TimeNs now_ns,
                             std::vector<Entry>& entries) {
  entries.clear();
  // A little more than the share of each stripe, so that few have to be asked again.
  const std::size_t part = std::min<std::size_t>(limit / stripe_count + 4, 256);
  std::vector<Cursor> cursors;
  cursors.reserve(stripe_count);
  for (Stripe& stripe : stripes_) cursors.emplace_back(stripe, prefix, at, now_ns, part);
  merge_cursors(std::span<Cursor>(cursors), [&](const Cursor& cursor) {
    entries.push_back({cursor.entry()->key, cursor.record()->value, cursor.record()->from});
    return entries.size() < limit;
  });
}

void StripedRecords::drop_if_expired(std::string_view key, TimeNs now_ns) {
  Stripe& stripe = stripe_of(key);
  const MutexLock lock(stripe.mutex);
  find_live(stripe, key, now_ns);
}

void StripedRecords::drop_expired(std::string_view prefix, std::size_t limit, const std::vector<Entry>& entries,
                                  TimeNs now_ns) {
  if (limit == 0) return;
  const std::string* last = entries.size() < limit ? nullptr : &entries.back().key;
  for (Stripe& stripe : stripes_) {
    const MutexLock lock(stripe.mutex);
    if (stripe.table.first_expired(now_ns) == nullptr) continue;
    for (VersionedKey* key = stripe.table.first(prefix);
         key != nullptr && key->key.starts_with(prefix) && (last == nullptr || key->key <= *last);) {
      VersionedKey* const next = stripe.table.next(*key);
      Record* const record = key->current();
      if (record != nullptr && !is_live(record, now_ns)) stripe.table.end(*record, open_.next_stamp(), open_);
      key = next;
    }
  }
}

ExpireAnswer StripedRecords::expire(std::size_t budget, TimeNs now_ns) {
  ExpireAnswer total;
  for (Stripe& stripe : stripes_) {
    const MutexLock lock(stripe.mutex);
    while (Record* due = stripe.table.first_expired(now_ns)) {
      if (total.removed == budget) {
        total.more = true;
        return total;
      }
      stripe.table.end(*due, open_.next_stamp(), open_);
      ++total.removed;
    }
  }
  return total;
}

Size StripedRecords::size(TimeNs now_ns) {
  expire(std::numeric_limits<std::size_t>::max(), now_ns);
  Size total;
  const OpenPin pin(*this);
  for (Stripe& stripe : stripes_) {
    const MutexLock lock(stripe.mutex);
    total.resident += stripe.table.size();
    for (const VersionedKey* key = stripe.table.first({}); key != nullptr; key = stripe.table.next(*key)) {
      total.live += is_live(key->at(pin.at()), now_ns) ? 1 : 0;
    }
  }
  return total;
}

Status StripedRecords::commit(const CommitRequest& request, Stamp read_at) {
  HeldStripes held(*this, request);
  for (const auto& [key, write] : request.writes) {
    if (written_since(held.table_of(key), key, read_at, request.now_ns)) return Status::conflict;
  }
  if (request.writes.empty()) return Status::ok;
  std::vector<std::pair<VersionTable*, VersionTable::Write>> ready;
  ready.reserve(request.writes.size());
  for (const auto& [key, write] : request.writes) {
    VersionTable& table = held.table_of(key);
    if (!write.erase) {
      ready.emplace_back(&table, table.prepare(key, write.value, deadline_after(request.now_ns, write.ttl_ns)));
    }
  }
  const Stamp stamp = open_.next_stamp();
  for (const auto& [key, write] : request.writes) {
    VersionTable& table = held.table_of(key);
    Record* const record = write.erase ? table.current(key) : nullptr;
    if (record != nullptr) table.end(*record, stamp, open_);
  }
  for (auto& [table, write] : ready) table->apply(std::move(write), stamp, open_);
  return Status::ok;
}

}  // namespace contend::kv_store
