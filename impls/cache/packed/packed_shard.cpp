#include "impls/cache/packed/packed_shard.hpp"

namespace contend::cache {

PackedShard::~PackedShard() {
  table_.for_each([this](PackedEntry& entry) {
    if (is_queued(entry)) sieve_.on_remove(entry, false);
    PackedEntry::Delete()(&entry);
  });
}

PackedShard::Deadlines::node_type PackedShard::deadline_of(PackedEntry& entry, TimeNs deadline_ns) {
  if (deadline_ns == never) return {};
  Deadlines alone{{deadline_ns, &entry}};
  return alone.extract(alone.begin());
}

Status PackedShard::put(std::string_view key, std::uint64_t hash, std::string_view value, std::uint64_t weight,
                        TimeNs deadline_ns, TimeNs now_ns, RemovedPieces& removed) {
  if (weight > capacity_) {
    erase(key, hash, now_ns, removed);
    return Status::too_heavy;
  }
  PackedEntry* old = table_.find(hash, key);
  const bool met_expired = old != nullptr && !is_alive(old->deadline_ns, now_ns);
  if (old != nullptr && !met_expired && can_write_over(*old, value, weight, deadline_ns)) {
    old->assign(value);
    if (is_queued(*old)) Sieve::on_hit(*old);
    ++stats_.replaced;
    ++stats_.stored;
    return Status::replaced;
  }
  PackedEntry::Owned made = PackedEntry::make(key, value);
  Deadlines::node_type deadline = deadline_of(*made, deadline_ns);
  if (old == nullptr) table_.make_room(1);
  // From here on nothing fails.
  if (met_expired) remove(*std::exchange(old, nullptr), RemovalCause::expired, removed);
  PackedEntry& fresh = *made.release();
  fresh.hash = hash;
  fresh.weight = weight;
  fresh.deadline_ns = deadline_ns;
  ++stats_.stored;
  if (old != nullptr) {
    replace(*old, fresh, std::move(deadline), now_ns, removed);
    return Status::replaced;
  }
  make_room(weight, now_ns, nullptr, removed);
  weight_ += weight;
  table_.insert(fresh, hash);
  if (is_queued(fresh)) sieve_.on_insert(fresh);
  keep_deadline(std::move(deadline));
  return Status::stored;
}

// The fresh entry has the place of the old one, and it counts as a use; it is a newcomer where one of them weighs nothing.
void PackedShard::replace(PackedEntry& old, PackedEntry& fresh, Deadlines::node_type deadline, TimeNs now_ns,
                          RemovedPieces& removed) noexcept {
  drop_deadline(old);
  weight_ -= old.weight;
  if (is_queued(old) && is_queued(fresh)) {
    sieve_.take_place(fresh, old);
    Sieve::on_hit(fresh);
  } else if (is_queued(old)) {
    sieve_.on_remove(old, false);
  }
  table_.replace(old, fresh, fresh.hash);
  const bool comes = is_queued(fresh) && !is_queued(old);
  make_room(fresh.weight, now_ns, &fresh, removed);
  weight_ += fresh.weight;
  if (comes) sieve_.on_insert(fresh);
  keep_deadline(std::move(deadline));
  ++stats_.replaced;
  removed.add(old, RemovalCause::replaced);
}

bool PackedShard::erase(std::string_view key, std::uint64_t hash, TimeNs now_ns, RemovedPieces& removed) noexcept {
  PackedEntry* const entry = find_live(key, hash, now_ns, removed);
  if (entry != nullptr) remove(*entry, RemovalCause::erased, removed);
  return entry != nullptr;
}

CleanupAnswer PackedShard::cleanup(std::size_t budget, TimeNs now_ns, RemovedPieces& removed) noexcept {
  CleanupAnswer answer;
  PackedEntry* entry = expired(now_ns);
  for (; entry != nullptr && answer.removed < budget; entry = expired(now_ns)) {
    remove(*entry, RemovalCause::expired, removed);
    ++answer.removed;
  }
  answer.more = entry != nullptr;
  return answer;
}

// The entry whose deadline passed first, or null.
PackedEntry* PackedShard::expired(TimeNs now_ns) const noexcept {
  return deadlines_.empty() || is_alive(deadlines_.begin()->first, now_ns) ? nullptr : deadlines_.begin()->second;
}

// `kept` counts for nothing yet, and stays.
void PackedShard::make_room(std::uint64_t weight, TimeNs now_ns, const PackedEntry* kept,
                            RemovedPieces& removed) noexcept {
  while (weight_ > capacity_ - weight) {
    if (PackedEntry* const dead = expired(now_ns)) {
      remove(*dead, RemovalCause::expired, removed);
      continue;
    }
    PackedEntry& victim = sieve_.victim();
    if (&victim == kept) {
      sieve_.spare(victim);
    } else {
      remove(victim, RemovalCause::evicted, removed);
    }
  }
}

void PackedShard::remove(PackedEntry& entry, RemovalCause cause, RemovedPieces& removed) noexcept {
  weight_ -= entry.weight;
  drop_deadline(entry);
  if (is_queued(entry)) sieve_.on_remove(entry, cause == RemovalCause::evicted);
  table_.erase(entry, entry.hash);
  switch (cause) {
    case RemovalCause::evicted:
      ++stats_.evicted;
      break;
    case RemovalCause::expired:
      ++stats_.expired;
      break;
    case RemovalCause::replaced:
      ++stats_.replaced;
      break;
    case RemovalCause::erased:
      ++stats_.erased;
      break;
  }
  removed.add(entry, cause);
}

}  // namespace contend::cache
