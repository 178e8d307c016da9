#include "impls/kv_store/packed/ordered_shards.hpp"

#include <algorithm>
#include <bit>
#include <span>

namespace contend::kv_store {
namespace {

constexpr std::size_t fewest_shards = 8;
constexpr std::size_t entries_a_shard = 64;  // so that few entries do not stand in many tables

}  // namespace

OrderedShards::OrderedShards(std::size_t expected_entries) NO_THREAD_SAFETY_ANALYSIS
    : shards_(std::clamp(std::bit_ceil(expected_entries / entries_a_shard), fewest_shards, ShardSet::limit)) {
  for (std::size_t i = 0; i < shards_.size(); ++i) shards_[i].entries.start(i, expected_entries / shards_.size());
}

// Shard by shard: each removal is one instant, the whole is not.
ExpireAnswer OrderedShards::expire(std::size_t budget, TimeNs now_ns) {
  ExpireAnswer total;
  for (Shard& shard : shards_) {
    const SpinGuard guard(shard.lock);
    const ExpireAnswer swept = shard.entries.expire(budget - total.removed, now_ns);
    total.removed += swept.removed;
    total.more = total.more || swept.more;
  }
  return total;
}

bool OrderedShards::is_order_complete() const noexcept {
  return std::ranges::all_of(unordered_.value, [](const auto& word) { return word.load() == 0; });
}

void OrderedShards::take_newcomers(Shard& shard, std::vector<PackedEntry*>& taken) {
  taken.reserve(taken.size() + shard.entries.newcomer_count());
  shard.entries.index_newcomers([&](PackedEntry& entry) { taken.push_back(&entry); });
  shard.is_announced = false;
  unordered_.value[shard.entries.number() / 64].fetch_and(~(std::uint64_t{1} << shard.entries.number() % 64));
}

void OrderedShards::order_newcomers(bool shards_are_held) NO_THREAD_SAFETY_ANALYSIS {
  std::vector<PackedEntry*> taken;
  std::size_t ordered = 0;
  const auto in = [&](Shard& shard, auto work) NO_THREAD_SAFETY_ANALYSIS {
    if (!shards_are_held) shard.lock.lock();
    try {
      work(shard);
    } catch (...) {
      if (!shards_are_held) shard.lock.unlock();
      throw;
    }
    if (!shards_are_held) shard.lock.unlock();
  };
  try {
    for (Shard& shard : shards_) {
      const std::uint64_t word = unordered_.value[shard.entries.number() / 64].load();
      if ((word >> shard.entries.number() % 64 & 1) == 0) continue;
      PackedEntry* left = nullptr;
      in(shard, [&](Shard& held) NO_THREAD_SAFETY_ANALYSIS {
        take_newcomers(held, taken);
        left = held.entries.take_left();
      });
      delete_left(left);
    }
    std::ranges::sort(taken, {}, &PackedEntry::key);
    for (; ordered < taken.size(); ++ordered) order_.insert(*taken[ordered]);
  } catch (...) {
    for (PackedEntry* const entry : std::span(taken).subspan(ordered)) {
      in(shards_[entry->shard], [&](Shard& held) NO_THREAD_SAFETY_ANALYSIS {
        held.entries.index_later(*entry);
        announce(held);
      });
    }
    throw;
  }
}

void OrderedShards::delete_left(PackedEntry* first) noexcept {
  PackedEntry::each_linked(first, [this](PackedEntry& entry) NO_THREAD_SAFETY_ANALYSIS {
    order_.erase(entry);
    PackedEntry::Delete()(&entry);
  });
}

void OrderedShards::forget_left(Shard& shard) noexcept {
  const WriterLock alone(order_lock_);
  PackedEntry* left = nullptr;
  {
    const SpinGuard guard(shard.lock);
    left = shard.entries.take_left();
  }
  delete_left(left);
}

void OrderedShards::scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
  constexpr int tries = 4;
  for (int i = 0; i < tries; ++i) {
    if (!is_order_complete()) {
      const WriterLock alone(order_lock_);
      order_newcomers(false);
    }
    const ReaderLock shared(order_lock_);
    if (scan_shared(prefix, limit, now_ns, entries)) return;
  }
  Held all(*this);
  entries.clear();
  all.walk(prefix, now_ns, [&](const Held::Live& entry) {
    if (!entry.key.starts_with(prefix)) return false;
    entries.push_back({std::string(entry.key), std::string(entry.value), entry.version});
    return entries.size() < limit;
  });
  all.drop_expired(prefix, entries.size() < limit ? nullptr : &entries.back().key, now_ns);
}

bool OrderedShards::scan_shared(std::string_view prefix, std::size_t limit, TimeNs now_ns,
                                std::vector<Entry>& entries) NO_THREAD_SAFETY_ANALYSIS {
  std::vector<PackedEntry*> met;
  // Of those that the order has, some may have left: then it is tried with more.
  for (std::size_t most = limit;; most *= 2) {
    ShardSet numbers;
    auto cursor = order_.from(prefix);
    met.clear();
    for (; met.size() < most && cursor.entry() != nullptr && cursor.entry()->key().starts_with(prefix);
         cursor.advance()) {
      met.push_back(cursor.entry());
      numbers.add(cursor.entry()->shard);
    }
    const bool is_all = met.size() < most;
    entries.clear();
    const Locks locks(*this, numbers);
    if (!is_order_complete()) return false;
    std::size_t seen = 0;
    for (; seen < met.size() && entries.size() < limit; ++seen) {
      const PackedEntry& entry = *met[seen];
      if (EntryShard::is_live(entry, now_ns))
        entries.push_back({std::string(entry.key()), std::string(entry.value()), entry.version});
    }
    if (entries.size() < limit && !is_all) continue;
    for (PackedEntry* const entry : std::span(met).first(seen))
      shards_[entry->shard].entries.drop_expired(*entry, now_ns);
    return true;
  }
}

OrderedShards::Locks::Locks(OrderedShards& all, const ShardSet& some) noexcept NO_THREAD_SAFETY_ANALYSIS
    : shards(all),
      chosen(some) {
  chosen.each([this](std::size_t i) NO_THREAD_SAFETY_ANALYSIS { shards.shards_[i].lock.lock(); });
}
// Whoever finds one of the shards free knows of the newcomers of all.
OrderedShards::Locks::~Locks() {
  chosen.each([this](std::size_t i) NO_THREAD_SAFETY_ANALYSIS { shards.announce(shards.shards_[i]); });
  chosen.each([this](std::size_t i) NO_THREAD_SAFETY_ANALYSIS { shards.shards_[i].lock.unlock(); });
}

OrderedShards::Held::Held(OrderedShards& shards) NO_THREAD_SAFETY_ANALYSIS
    : order_lock_(std::in_place, shards.order_lock_),
      locks_(shards, shards.all()),
      shards_(shards) {
  shards.order_newcomers(true);
}

Version OrderedShards::Held::version(std::string_view key, TimeNs now_ns) const {
  const std::uint64_t hash = hash_bytes(key);
  return entries_of(hash).version(key, hash, now_ns);
}

EntryShard::Write OrderedShards::Held::prepare(std::string_view key, std::string_view value, DurationNs ttl_ns,
                                               TimeNs now_ns) {
  const std::uint64_t hash = hash_bytes(key);
  return entries_of(hash).prepare(key, hash, value, ttl_ns, now_ns, ++coming_.at(shards_.number_of(hash)));
}

void OrderedShards::Held::apply(std::string_view /*key*/, Write write) noexcept {
  entries_of(write.hash).apply(std::move(write));
}

void OrderedShards::Held::erase(std::string_view key, TimeNs now_ns) noexcept {
  const std::uint64_t hash = hash_bytes(key);
  entries_of(hash).erase(key, hash, now_ns);
}

void OrderedShards::Held::drop_expired(std::string_view prefix, const std::string* last,
                                       TimeNs now_ns) noexcept NO_THREAD_SAFETY_ANALYSIS {
  for (auto cursor = shards_.order_.from(prefix); cursor.entry() != nullptr; cursor.advance()) {
    PackedEntry& entry = *cursor.entry();
    if (!entry.key().starts_with(prefix) || (last != nullptr && entry.key() > *last)) return;
    shards_.shards_[entry.shard].entries.drop_expired(entry, now_ns);
  }
}

Size OrderedShards::Held::size(TimeNs now_ns) noexcept NO_THREAD_SAFETY_ANALYSIS {
  Size total;
  for (Shard& shard : shards_.shards_) {
    shard.entries.expire(shard.entries.size(), now_ns);
    total.live += shard.entries.size();
  }
  total.resident = total.live;
  return total;
}

}  // namespace contend::kv_store
