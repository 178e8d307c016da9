#include "impls/kv_store/packed/entry_shard.hpp"

#include <utility>

namespace contend::kv_store {

EntryShard::~EntryShard() {
  deadlines_.clear();
  table_.for_each([](PackedEntry& entry) {
    if (entry.place == PackedEntry::Place::indexed) PackedEntry::Delete()(&entry);
  });
  index_newcomers([](PackedEntry& entry) { PackedEntry::Delete()(&entry); });
  PackedEntry::each_linked(take_left(), [](PackedEntry& entry) { PackedEntry::Delete()(&entry); });
}

EntryShard::Write EntryShard::prepare_at(PackedEntry* place, std::string_view key, std::uint64_t hash,
                                         std::string_view value, DurationNs ttl_ns, TimeNs now_ns, std::size_t coming) {
  Write write{.place = place,
              .value = value,
              .hash = hash,
              .previous = live_version(place, now_ns),
              .deadline_ns = deadline_after(now_ns, ttl_ns)};
  if (place == nullptr) table_.make_room(coming);
  if (place == nullptr || !place->has_room_for(value)) write.fresh = PackedEntry::make(key, value, number_);
  if (write.deadline_ns != never) {
    Deadlines alone{{write.deadline_ns, write.fresh ? write.fresh.get() : place}};
    write.deadline = alone.extract(alone.begin());
  }
  return write;
}

EntryShard::Write EntryShard::prepare(std::string_view key, std::uint64_t hash, std::string_view value,
                                      DurationNs ttl_ns, TimeNs now_ns, std::size_t coming) {
  return prepare_at(table_.find(hash, key), key, hash, value, ttl_ns, now_ns, coming);
}

Answer EntryShard::write_anew(PackedEntry* place, std::string_view key, std::uint64_t hash, std::string_view value,
                              DurationNs ttl_ns, TimeNs now_ns) {
  return apply(prepare_at(place, key, hash, value, ttl_ns, now_ns, 1));
}

Answer EntryShard::apply(Write write) noexcept {
  PackedEntry* entry = write.place;
  if (entry != nullptr && entry->deadline_ns != never) deadlines_.erase({entry->deadline_ns, entry});
  if (write.fresh == nullptr) {
    entry->assign(write.value);
  } else {
    entry = write.fresh.release();
    come(*entry);
    if (write.place == nullptr) {
      table_.insert(*entry, write.hash);
    } else {
      table_.replace(*write.place, *entry, write.hash);
      leave(*write.place);
    }
  }
  entry->version = ++last_version_;
  entry->deadline_ns = write.deadline_ns;
  if (!write.deadline.empty()) deadlines_.insert(std::move(write.deadline));
  return {Status::ok, last_version_, write.previous};
}

void EntryShard::remove(PackedEntry& entry, std::uint64_t hash) noexcept {
  if (entry.deadline_ns != never) deadlines_.erase({entry.deadline_ns, &entry});
  table_.erase(entry, hash);
  leave(entry);
}

void EntryShard::leave(PackedEntry& entry) noexcept {
  if (entry.place == PackedEntry::Place::indexed) {
    entry.place = PackedEntry::Place::left_indexed;
    push(left_, entry);
    left_pieces_ += pieces(entry);
    return;
  }
  entry.place = PackedEntry::Place::left_newcomer;
  left_newcomers_ += pieces(entry);
  if (left_newcomers_ > 16 + newcomer_count_ / 2) delete_left_newcomers();
}

void EntryShard::delete_left_newcomers() noexcept {
  newcomer_count_ = 0;
  left_newcomers_ = 0;
  PackedEntry::each_linked(std::exchange(newcomers_, nullptr), [this](PackedEntry& entry) {
    if (entry.place == PackedEntry::Place::left_newcomer) {
      PackedEntry::Delete()(&entry);
    } else {
      come(entry);
    }
  });
}

Answer EntryShard::compare_and_set(std::string_view key, std::uint64_t hash, Version expected, std::string_view value,
                                   DurationNs ttl_ns, TimeNs now_ns, std::string& current) {
  PackedEntry* const place = table_.find(hash, key);
  const Version live = live_version(place, now_ns);
  if (live == expected) return write(place, key, hash, value, ttl_ns, now_ns);
  if (live != 0) {
    current.assign(place->value());
  } else if (place != nullptr) {
    remove(*place, hash);
  }
  return {Status::version_mismatch, live, live};
}

Answer EntryShard::erase(std::string_view key, std::uint64_t hash, TimeNs now_ns) noexcept {
  PackedEntry* const entry = find_live(key, hash, now_ns);
  if (entry == nullptr) return {Status::absent};
  const Version removed = entry->version;
  remove(*entry, hash);
  return {Status::ok, 0, removed};
}

ExpireAnswer EntryShard::expire(std::size_t budget, TimeNs now_ns) noexcept {
  ExpireAnswer answer;
  while (!deadlines_.empty() && !is_alive(deadlines_.begin()->first, now_ns)) {
    if (answer.removed == budget) {
      answer.more = true;
      break;
    }
    PackedEntry& entry = *deadlines_.begin()->second;
    remove(entry, hash_bytes(entry.key()));
    ++answer.removed;
  }
  return answer;
}

}  // namespace contend::kv_store
