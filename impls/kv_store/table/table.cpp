#include "impls/kv_store/table/table.hpp"

#include "impls/kv_store/table/epoch_storage.hpp"

namespace contend::kv_store {

template <class Storage>
Version Table<Storage>::live_version(Place place, TimeNs now_ns) {
  if (place == storage_.entries().end()) return 0;
  const TableEntry& entry = Storage::entry(*place);
  return is_alive(entry.deadline_ns, now_ns) ? entry.version : 0;
}

template <class Storage>
typename Table<Storage>::Place Table<Storage>::find_live(std::string_view key, TimeNs now_ns) {
  const Place place = storage_.entries().find(key);
  if (place == storage_.entries().end() || live_version(place, now_ns) != 0) return place;
  remove(place);
  return storage_.entries().end();
}

template <class Storage>
void Table<Storage>::remove(Place place) {
  // Found while its key is there, erased when nothing can throw any more.
  const TimeNs deadline_ns = Storage::entry(*place).deadline_ns;
  const auto due = deadline_ns == never ? deadlines_.end() : deadlines_.find({deadline_ns, place->first});
  storage_.erase(place);
  if (due != deadlines_.end()) deadlines_.erase(due);
}

// Over whatever is at `place`, dead or alive.
template <class Storage>
Answer Table<Storage>::write(Place place, std::string_view key, std::string_view value, DurationNs ttl_ns,
                             TimeNs now_ns) {
  const Version previous = live_version(place, now_ns);
  const TimeNs old_ns = place == storage_.entries().end() ? never : Storage::entry(*place).deadline_ns;
  const TimeNs deadline_ns = deadline_after(now_ns, ttl_ns);
  // The node of the index is made first, so that nothing can throw once the entry is written.
  Deadlines fresh;
  if (deadline_ns != never && deadline_ns != old_ns) fresh.emplace(deadline_ns, std::string_view());
  place = storage_.write(place, key, value, last_version_ + 1, deadline_ns);
  ++last_version_;
  if (old_ns != never && old_ns != deadline_ns) deadlines_.erase({old_ns, place->first});
  if (!fresh.empty()) {
    auto due = fresh.extract(fresh.begin());
    due.value().second = place->first;
    deadlines_.insert(std::move(due));
  }
  return {Status::ok, last_version_, previous};
}

template <class Storage>
Answer Table<Storage>::get(std::string_view key, TimeNs now_ns, std::string& value) {
  bool met_expired = false;
  const Answer answer = peek(key, now_ns, value, met_expired);
  if (met_expired) find_live(key, now_ns);
  return answer;
}

template <class Storage>
Answer Table<Storage>::peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const {
  met_expired = false;
  if (const Status bad = check_input(key); bad != Status::ok) return {bad};
  const auto place = storage_.entries().find(key);
  if (place == storage_.entries().end()) return {Status::absent};
  const TableEntry& entry = Storage::entry(*place);
  if (!is_alive(entry.deadline_ns, now_ns)) {
    met_expired = true;
    return {Status::absent};
  }
  value = entry.value;
  return {Status::ok, entry.version, entry.version};
}

template <class Storage>
Answer Table<Storage>::set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  return write(storage_.entries().find(key), key, value, ttl_ns, now_ns);
}

template <class Storage>
Answer Table<Storage>::put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  const Place place = storage_.entries().find(key);
  const Version live = live_version(place, now_ns);
  if (live == 0) return write(place, key, value, ttl_ns, now_ns);
  return {Status::exists, live, live};
}

template <class Storage>
Answer Table<Storage>::compare_and_set(std::string_view key, Version expected, std::string_view value,
                                       DurationNs ttl_ns, TimeNs now_ns, std::string& current) {
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  const Place place = storage_.entries().find(key);
  const Version live = live_version(place, now_ns);
  if (live == expected) return write(place, key, value, ttl_ns, now_ns);
  if (live != 0) {
    current = Storage::entry(*place).value;
  } else if (place != storage_.entries().end()) {
    remove(place);
  }
  return {Status::version_mismatch, live, live};
}

template <class Storage>
Answer Table<Storage>::erase(std::string_view key, TimeNs now_ns) {
  if (const Status bad = check_input(key); bad != Status::ok) return {bad};
  const Place place = find_live(key, now_ns);
  if (place == storage_.entries().end()) return {Status::absent};
  const Version removed = Storage::entry(*place).version;
  remove(place);
  return {Status::ok, 0, removed};
}

template <class Storage>
void Table<Storage>::scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
  const std::size_t before = entries.size();
  bool met_expired = false;
  peek_scan(prefix, limit, now_ns, entries, met_expired);
  if (met_expired) drop_expired(prefix, entries.size() - before < limit ? nullptr : &entries.back().key, now_ns);
}

template <class Storage>
void Table<Storage>::peek_scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries,
                               bool& met_expired) const {
  met_expired = false;
  if (check_input(prefix) != Status::ok || limit == 0) return;
  std::size_t taken = 0;
  storage_.walk(prefix, [&](std::string_view key, const TableEntry& entry) {
    if (!key.starts_with(prefix)) return false;
    if (!is_alive(entry.deadline_ns, now_ns)) {
      met_expired = true;
      return true;
    }
    entries.push_back({std::string(key), entry.value, entry.version});
    return ++taken < limit;
  });
}

template <class Storage>
void Table<Storage>::drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns) {
  if (deadlines_.empty() || deadlines_.begin()->first > now_ns) return;
  std::vector<std::string> expired;
  storage_.walk(prefix, [&](std::string_view key, const TableEntry& entry) {
    if (!key.starts_with(prefix) || (last != nullptr && key > *last)) return false;
    if (!is_alive(entry.deadline_ns, now_ns)) expired.emplace_back(key);
    return true;
  });
  for (const std::string& key : expired) find_live(key, now_ns);
}

template <class Storage>
ExpireAnswer Table<Storage>::expire(std::size_t budget, TimeNs now_ns) {
  ExpireAnswer answer;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_ns) {
    if (answer.removed == budget) {
      answer.more = true;
      break;
    }
    remove(storage_.entries().find(deadlines_.begin()->second));
    ++answer.removed;
  }
  return answer;
}

template <class Storage>
Size Table<Storage>::size(TimeNs now_ns) {
  const std::size_t resident = storage_.entries().size();
  expire(resident, now_ns);
  return {storage_.entries().size(), resident};
}

template <class Storage>
void Table<Storage>::copy_live(TimeNs now_ns, std::vector<Entry>& entries) const {
  entries.reserve(entries.size() + storage_.entries().size());
  storage_.walk({}, [&](std::string_view key, const TableEntry& entry) {
    if (is_alive(entry.deadline_ns, now_ns)) entries.push_back({std::string(key), entry.value, entry.version});
    return true;
  });
}

template class Table<OrderedStorage>;
template class Table<HashedStorage>;
template class Table<EpochStorage>;

}  // namespace contend::kv_store
