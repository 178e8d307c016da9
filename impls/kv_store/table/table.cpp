#include "impls/kv_store/table/table.hpp"

#include "impls/kv_store/table/epoch_storage.hpp"

namespace contend::kv_store {

template <class Storage>
Version Table<Storage>::live_version(const Node* place, TimeNs now_ns) noexcept {
  return place != nullptr && is_alive(place->deadline_ns, now_ns) ? place->version : 0;
}

template <class Storage>
typename Table<Storage>::Node* Table<Storage>::find_live(std::string_view key, TimeNs now_ns) noexcept {
  Node* const place = storage_.find(key);
  if (place == nullptr || live_version(place, now_ns) != 0) return place;
  remove(*place);
  return nullptr;
}

template <class Storage>
const typename Table<Storage>::Node* Table<Storage>::first_expired(TimeNs now_ns) const noexcept {
  return deadlines_.empty() || is_alive(deadlines_.begin()->deadline_ns, now_ns) ? nullptr : &*deadlines_.begin();
}

template <class Storage>
void Table<Storage>::remove(Node& node) noexcept {
  if (node.deadline_ns != never) deadlines_.erase(deadlines_.iterator_to(node));
  storage_.erase(node);
}

// Over whatever is at `place`, dead or alive.
template <class Storage>
typename Table<Storage>::Write Table<Storage>::prepare_at(Node* place, std::string_view key, std::string_view value,
                                                          DurationNs ttl_ns, TimeNs now_ns) const {
  return {place, storage_.room(place, key, value), live_version(place, now_ns), deadline_after(now_ns, ttl_ns)};
}

template <class Storage>
typename Table<Storage>::Write Table<Storage>::prepare(std::string_view key, std::string_view value, DurationNs ttl_ns,
                                                       TimeNs now_ns) const {
  return prepare_at(storage_.find(key), key, value, ttl_ns, now_ns);
}

template <class Storage>
Answer Table<Storage>::apply(Write write) noexcept {
  // Where the node is written over, a deadline that is the same again keeps its place.
  const bool stays = !reads_without_lock && write.place != nullptr && write.place->deadline_ns == write.deadline_ns;
  if (!stays && write.place != nullptr && write.place->deadline_ns != never) {
    deadlines_.erase(deadlines_.iterator_to(*write.place));
  }
  Node& written = storage_.write(write.place, std::move(write.room), ++last_version_, write.deadline_ns);
  if (!stays && write.deadline_ns != never) deadlines_.insert(written);
  return {Status::ok, last_version_, write.previous};
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
  const Node* const place = storage_.find(key);
  if (place == nullptr) return {Status::absent};
  if (!is_alive(place->deadline_ns, now_ns)) {
    met_expired = true;
    return {Status::absent};
  }
  value = place->value;
  return {Status::ok, place->version, place->version};
}

template <class Storage>
Answer Table<Storage>::set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  return write(storage_.find(key), key, value, ttl_ns, now_ns);
}

template <class Storage>
Answer Table<Storage>::put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) {
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  Node* const place = storage_.find(key);
  const Version live = live_version(place, now_ns);
  if (live == 0) return write(place, key, value, ttl_ns, now_ns);
  return {Status::exists, live, live};
}

template <class Storage>
Answer Table<Storage>::compare_and_set(std::string_view key, Version expected, std::string_view value,
                                       DurationNs ttl_ns, TimeNs now_ns, std::string& current) {
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  Node* const place = storage_.find(key);
  const Version live = live_version(place, now_ns);
  if (live == expected) return write(place, key, value, ttl_ns, now_ns);
  if (live != 0) {
    current = place->value;
  } else if (place != nullptr) {
    remove(*place);
  }
  return {Status::version_mismatch, live, live};
}

template <class Storage>
Answer Table<Storage>::erase(std::string_view key, TimeNs now_ns) noexcept {
  if (const Status bad = check_input(key); bad != Status::ok) return {bad};
  Node* const place = find_live(key, now_ns);
  if (place == nullptr) return {Status::absent};
  const Version removed = place->version;
  remove(*place);
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
  if (check_input(prefix) != Status::ok) return;
  const Node* node = limit == 0 ? nullptr : storage_.first(prefix);
  for (std::size_t taken = 0; taken < limit && node != nullptr && node->key.starts_with(prefix);
       node = storage_.next(*node)) {
    if (!is_alive(node->deadline_ns, now_ns)) {
      met_expired = true;
      continue;
    }
    entries.push_back({node->key, node->value, node->version});
    ++taken;
  }
}

template <class Storage>
void Table<Storage>::drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns) noexcept {
  if (!has_expired(now_ns)) return;
  Node* node = storage_.first(prefix);
  while (node != nullptr && node->key.starts_with(prefix) && (last == nullptr || node->key <= *last)) {
    Node* const next = storage_.next(*node);
    if (!is_alive(node->deadline_ns, now_ns)) remove(*node);
    node = next;
  }
}

template <class Storage>
ExpireAnswer Table<Storage>::expire(std::size_t budget, TimeNs now_ns) noexcept {
  storage_.tidy();
  ExpireAnswer answer;
  while (has_expired(now_ns)) {
    if (answer.removed == budget) {
      answer.more = true;
      break;
    }
    remove(*deadlines_.begin());
    ++answer.removed;
  }
  return answer;
}

template <class Storage>
Size Table<Storage>::size(TimeNs now_ns) noexcept {
  expire(storage_.size(), now_ns);
  return {storage_.size(), storage_.size()};
}

template <class Storage>
void Table<Storage>::copy_live(TimeNs now_ns, std::vector<Entry>& entries) const {
  walk({}, now_ns, [&](const TableEntry& entry) {
    entries.push_back({entry.key, entry.value, entry.version});
    return true;
  });
}

template class Table<OrderedStorage>;
template class Table<HashedStorage>;
template class Table<EpochStorage>;

}  // namespace contend::kv_store
