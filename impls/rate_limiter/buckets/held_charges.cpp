#include "impls/rate_limiter/buckets/held_charges.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "impls/base/check.hpp"

namespace contend::rate_limiter {
namespace {

// Calls visit(number) for the bits that are set, in ascending order.
template <class Visit>
void each_bit(std::uint64_t bits, Visit visit) {
  for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
}

}  // namespace

HeldCharges::HeldCharges(const WordQuotas& quotas, std::span<const Charge> charges) {
  for (const Charge& charge : charges) dimensions_.push_back({.asked = AskedCharge(quotas, charge)});
}

HeldCharges::~HeldCharges() {
  unlock_words();
}

std::uint64_t HeldCharges::shards() const noexcept {
  std::uint64_t bits = 0;
  for (const Dimension& dimension : dimensions_) bits |= std::uint64_t{1} << shard_of(dimension.asked.hash());
  return bits;
}

bool HeldCharges::hold_all(const EntryShards& shards) {
  find(shards);
  const bool all = std::ranges::none_of(dimensions_, [](const Dimension& each) { return each.entry == nullptr; });
  return all && lock_words();
}

void HeldCharges::hold_those_there(const EntryShards& shards) {
  find(shards);
  // None is gone, for they go under the locks of their shards.
  CONTEND_CHECK(lock_words(), "a bucket went from a shard that is held");
}

void HeldCharges::find(const EntryShards& shards) noexcept {
  for (Dimension& dimension : dimensions_) {
    const AskedCharge& asked = dimension.asked;
    dimension.entry = shards[shard_of(asked.hash())].find(asked.hash(), asked.name());
    dimension.state = WordRules::full;  // what it held when it was found before does not count
  }
}

bool HeldCharges::lock_words() noexcept NO_THREAD_SAFETY_ANALYSIS {
  boost::container::static_vector<Dimension*, max_dimensions> in_order;
  for (Dimension& dimension : dimensions_) {
    if (dimension.entry != nullptr) in_order.push_back(&dimension);
  }
  std::ranges::sort(in_order, std::less<>(), &Dimension::entry);
  for (Dimension* const dimension : in_order) {
    dimension->held = dimension->entry->word.lock(dimension->state);
    if (!dimension->held) {
      unlock_words();
      return false;
    }
  }
  return true;
}

void HeldCharges::unlock_words() noexcept NO_THREAD_SAFETY_ANALYSIS {
  for (Dimension& dimension : dimensions_) {
    if (std::exchange(dimension.held, false)) dimension.entry->word.unlock(dimension.state);
  }
}

Decision HeldCharges::judge(TimeNs now_ns) const NO_THREAD_SAFETY_ANALYSIS {
  static const Bucket full;
  DecisionMaker maker;
  std::uint32_t number = 0;
  for (const Dimension& dimension : dimensions_) {
    const AskedCharge& asked = dimension.asked;
    const std::uint64_t cost = asked.cost();
    if (asked.name().in_word()) {
      const WordRules::View view = asked.words().view(dimension.state, now_ns);
      const DurationNs wait_ns = asked.words().enough(view, cost) ? 0 : asked.words().wait_for(view, cost);
      maker.add(number++, cost, asked.words().available(view), wait_ns);
    } else {
      const Bucket& bucket = dimension.entry == nullptr ? full : record_in(*dimension.entry).bucket;
      const std::uint64_t available = asked.rules().available(bucket, now_ns);
      const DurationNs wait_ns = cost <= available ? 0 : asked.rules().wait_for(bucket, cost, now_ns);
      maker.add(number++, cost, available, wait_ns);
    }
  }
  return maker.decision();
}

Decision HeldCharges::decide(EntryShards& shards, TimeNs now_ns) {
  const Decision decision = judge(now_ns);
  if (decision.status != Status::allowed) return decision;
  prepare(shards);
  insert_fresh(shards);
  take(now_ns);
  return decision;
}

// All that may throw.
void HeldCharges::prepare(EntryShards& shards) NO_THREAD_SAFETY_ANALYSIS {
  for (Dimension& dimension : dimensions_) {
    const AskedCharge& asked = dimension.asked;
    if (asked.cost() == 0) continue;
    if (dimension.entry == nullptr) dimension.fresh = BucketEntry::make(asked.name());
    if (!asked.name().in_word()) {
      BucketEntry& entry = dimension.entry == nullptr ? *dimension.fresh : *dimension.entry;
      asked.rules().make_room(record_in(entry).bucket);
    }
  }
  for (const Dimension& dimension : dimensions_) {
    if (dimension.fresh == nullptr) continue;
    const std::size_t shard = shard_of(dimension.asked.hash());
    const auto coming = std::ranges::count_if(dimensions_, [shard](const Dimension& other) {
      return other.fresh != nullptr && shard_of(other.asked.hash()) == shard;
    });
    shards[shard].make_room(static_cast<std::size_t>(coming));
  }
}

// They are held when others first see them.
void HeldCharges::insert_fresh(EntryShards& shards) noexcept NO_THREAD_SAFETY_ANALYSIS {
  for (Dimension& dimension : dimensions_) {
    if (dimension.fresh == nullptr) continue;
    dimension.entry = dimension.fresh.release();
    dimension.held = dimension.entry->word.lock(dimension.state);
    shards[shard_of(dimension.asked.hash())].insert(*dimension.entry, dimension.asked.hash());
  }
}

void HeldCharges::take(TimeNs now_ns) noexcept NO_THREAD_SAFETY_ANALYSIS {
  for (Dimension& dimension : dimensions_) {
    const AskedCharge& asked = dimension.asked;
    if (asked.cost() == 0) continue;
    if (asked.name().in_word()) {
      dimension.state = asked.words().charged(asked.words().view(dimension.state, now_ns), asked.cost());
    } else {
      asked.rules().take(record_in(*dimension.entry).bucket, asked.cost(), now_ns);
    }
  }
}

HeldShards::HeldShards(EntryShards& shards, std::uint64_t chosen) noexcept NO_THREAD_SAFETY_ANALYSIS : shards_(shards),
                                                                                                       chosen_(chosen) {
  each_bit(chosen_, [&](std::size_t shard) NO_THREAD_SAFETY_ANALYSIS { shards_[shard].lock.lock(); });
}
HeldShards::~HeldShards() NO_THREAD_SAFETY_ANALYSIS {
  each_bit(chosen_, [&](std::size_t shard) NO_THREAD_SAFETY_ANALYSIS { shards_[shard].lock.unlock(); });
}

}  // namespace contend::rate_limiter
