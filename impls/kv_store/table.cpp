#include "impls/kv_store/table.hpp"

namespace contend {

template <class Storage>
typename Table<Storage>::Place Table<Storage>::find_live(std::string_view key, TimeNs now_ns) {
  const Place place = storage_.entries().find(key);
  if (place == storage_.entries().end() || is_alive(place->second.deadline_ns, now_ns)) return place;
  remove(place);
  return storage_.entries().end();
}

template <class Storage>
void Table<Storage>::remove(Place place) {
  set_deadline(place, never);
  storage_.erase(place);
}

template <class Storage>
void Table<Storage>::set_deadline(Place place, TimeNs deadline_ns) {
  TimeNs& current_ns = place->second.deadline_ns;
  if (current_ns == deadline_ns) return;
  if (deadline_ns != never) deadlines_.emplace(deadline_ns, place->first);
  if (current_ns != never) deadlines_.erase({current_ns, place->first});
  current_ns = deadline_ns;
}

template <class Storage>
KvAnswer Table<Storage>::write(Place place, std::string_view key, std::string_view value, DurationNs ttl_ns,
                               TimeNs now_ns) {
  const bool created = place == storage_.entries().end();
  const Version previous = created ? 0 : place->second.version;
  // Whatever can throw comes before the first change that others could see.
  if (created) place = storage_.insert(key);
  try {
    place->second.value.reserve(value.size());
    set_deadline(place, deadline_after(now_ns, ttl_ns));
  } catch (...) {
    if (created) storage_.erase(place);
    throw;
  }
  place->second.value = value;
  place->second.version = ++last_version_;
  return {KvStatus::ok, place->second.version, previous};
}

template <class Storage>
KvAnswer Table<Storage>::get(std::string_view key, TimeNs now_ns, std::string& value) {
  bool met_expired = false;
  const KvAnswer answer = peek(key, now_ns, value, met_expired);
  if (met_expired) find_live(key, now_ns);
  return answer;
}

template <class Storage>
KvAnswer Table<Storage>::peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const {
  met_expired = false;
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  const auto place = storage_.entries().find(key);
  if (place == storage_.entries().end()) return {KvStatus::absent};
  if (!is_alive(place->second.deadline_ns, now_ns)) {
    met_expired = true;
    return {KvStatus::absent};
  }
  value = place->second.value;
  return {KvStatus::ok, place->second.version, place->second.version};
}

template <class Storage>
KvAnswer Table<Storage>::set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  return write(find_live(key, now_ns), key, value, ttl_ns, now_ns);
}

template <class Storage>
KvAnswer Table<Storage>::put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  const Place place = find_live(key, now_ns);
  if (place != storage_.entries().end()) return {KvStatus::exists, place->second.version, place->second.version};
  return write(place, key, value, ttl_ns, now_ns);
}

template <class Storage>
KvAnswer Table<Storage>::compare_and_set(std::string_view key, Version expected, std::string_view value,
                                         DurationNs ttl_ns, TimeNs now_ns, std::string& current) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  const Place place = find_live(key, now_ns);
  const Version live = place == storage_.entries().end() ? 0 : place->second.version;
  if (live == expected) return write(place, key, value, ttl_ns, now_ns);
  if (live != 0) current = place->second.value;
  return {KvStatus::version_mismatch, live, live};
}

template <class Storage>
KvAnswer Table<Storage>::erase(std::string_view key, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  const Place place = find_live(key, now_ns);
  if (place == storage_.entries().end()) return {KvStatus::absent};
  const Version removed = place->second.version;
  remove(place);
  return {KvStatus::ok, 0, removed};
}

template <class Storage>
void Table<Storage>::scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries) {
  const std::size_t before = entries.size();
  bool met_expired = false;
  peek_scan(prefix, limit, now_ns, entries, met_expired);
  if (met_expired) drop_expired(prefix, entries.size() - before < limit ? nullptr : &entries.back().key, now_ns);
}

template <class Storage>
void Table<Storage>::peek_scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries,
                               bool& met_expired) const {
  met_expired = false;
  if (check_input(prefix) != KvStatus::ok || limit == 0) return;
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
KvSize Table<Storage>::size(TimeNs now_ns) {
  const std::size_t resident = storage_.entries().size();
  expire(resident, now_ns);
  return {storage_.entries().size(), resident};
}

template <class Storage>
void Table<Storage>::copy_live(TimeNs now_ns, std::vector<KvEntry>& entries) const {
  entries.reserve(entries.size() + storage_.entries().size());
  storage_.walk({}, [&](std::string_view key, const TableEntry& entry) {
    if (is_alive(entry.deadline_ns, now_ns)) entries.push_back({std::string(key), entry.value, entry.version});
    return true;
  });
}

template class Table<OrderedStorage>;
template class Table<HashedStorage>;

}  // namespace contend
