#include "impls/kv_store/ordered_table.hpp"

namespace contend {

OrderedTable::Entries::iterator OrderedTable::find_live(std::string_view key, TimeNs now_ns) {
  const auto place = entries_.find(key);
  if (place == entries_.end() || is_alive(place->second.deadline_ns, now_ns)) return place;
  remove(place);
  return entries_.end();
}

OrderedTable::Entries::iterator OrderedTable::remove(Entries::iterator place) {
  set_deadline(place, never);
  return entries_.erase(place);
}

void OrderedTable::set_deadline(Entries::iterator place, TimeNs deadline_ns) {
  TimeNs& current_ns = place->second.deadline_ns;
  if (current_ns == deadline_ns) return;
  if (deadline_ns != never) deadlines_.emplace(deadline_ns, place->first);
  if (current_ns != never) deadlines_.erase({current_ns, place->first});
  current_ns = deadline_ns;
}

KvAnswer OrderedTable::write(Entries::iterator place, std::string_view key, std::string_view value, DurationNs ttl_ns,
                             TimeNs now_ns) {
  const bool created = place == entries_.end();
  const Version previous = created ? 0 : place->second.version;
  // Whatever can throw comes before the first change that others could see.
  std::string stored(value);
  if (created) place = entries_.try_emplace(std::string(key)).first;
  try {
    set_deadline(place, deadline_after(now_ns, ttl_ns));
  } catch (...) {
    if (created) entries_.erase(place);
    throw;
  }
  place->second.value.swap(stored);
  place->second.version = ++last_version_;
  return {KvStatus::ok, place->second.version, previous};
}

KvAnswer OrderedTable::get(std::string_view key, TimeNs now_ns, std::string& value) {
  bool met_expired = false;
  const KvAnswer answer = peek(key, now_ns, value, met_expired);
  if (met_expired) find_live(key, now_ns);
  return answer;
}

KvAnswer OrderedTable::peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const {
  met_expired = false;
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  const auto place = entries_.find(key);
  if (place == entries_.end()) return {KvStatus::absent};
  if (!is_alive(place->second.deadline_ns, now_ns)) {
    met_expired = true;
    return {KvStatus::absent};
  }
  value = place->second.value;
  return {KvStatus::ok, place->second.version, place->second.version};
}

KvAnswer OrderedTable::set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  return write(find_live(key, now_ns), key, value, ttl_ns, now_ns);
}

KvAnswer OrderedTable::put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  const auto place = find_live(key, now_ns);
  if (place != entries_.end()) return {KvStatus::exists, place->second.version, place->second.version};
  return write(place, key, value, ttl_ns, now_ns);
}

KvAnswer OrderedTable::compare_and_set(std::string_view key, Version expected, std::string_view value,
                                       DurationNs ttl_ns, TimeNs now_ns, std::string& current) {
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  const auto place = find_live(key, now_ns);
  const Version live = place == entries_.end() ? 0 : place->second.version;
  if (live == expected) return write(place, key, value, ttl_ns, now_ns);
  if (live != 0) current = place->second.value;
  return {KvStatus::version_mismatch, live, live};
}

KvAnswer OrderedTable::erase(std::string_view key, TimeNs now_ns) {
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  const auto place = find_live(key, now_ns);
  if (place == entries_.end()) return {KvStatus::absent};
  const Version removed = place->second.version;
  remove(place);
  return {KvStatus::ok, 0, removed};
}

void OrderedTable::scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries) {
  if (check_input(prefix) != KvStatus::ok) return;
  std::size_t taken = 0;
  auto place = entries_.lower_bound(prefix);
  while (taken < limit && place != entries_.end() && place->first.starts_with(prefix)) {
    if (!is_alive(place->second.deadline_ns, now_ns)) {
      place = remove(place);
      continue;
    }
    entries.push_back({place->first, place->second.value, place->second.version});
    ++taken;
    ++place;
  }
}

ExpireAnswer OrderedTable::expire(std::size_t budget, TimeNs now_ns) {
  ExpireAnswer answer;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_ns) {
    if (answer.removed == budget) {
      answer.more = true;
      break;
    }
    remove(entries_.find(deadlines_.begin()->second));
    ++answer.removed;
  }
  return answer;
}

KvSize OrderedTable::size(TimeNs now_ns) {
  const std::size_t resident = entries_.size();
  expire(resident, now_ns);
  return {entries_.size(), resident};
}

std::vector<KvEntry> OrderedTable::copy_live(TimeNs now_ns) const {
  std::vector<KvEntry> entries;
  entries.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) {
    if (is_alive(entry.deadline_ns, now_ns)) entries.push_back({key, entry.value, entry.version});
  }
  return entries;
}

}  // namespace contend
