#include <algorithm>
#include <span>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/asked_charge.hpp"
#include "impls/rate_limiter/buckets/entry_shard.hpp"
#include "impls/rate_limiter/buckets/held_charges.hpp"
#include "impls/rate_limiter/buckets/retired_entries.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::rate_limiter {
namespace {

// What a decision costs is the cache lines that it waits for, one after the other, and those that it takes from others. Here
// it is two, a line of slots and an entry, of which only an acceptance writes the second, by one compare-and-swap: a token
// bucket is a word, the time at which it will be full. Buckets of which a word does not hold the whole state stand beside it, and it
// is their lock.
constexpr Contract contract =
    Contract{
        .technique = "lock_free",
        .summary =
            "GCRA: a token bucket is one word that a compare-and-swap moves, found without a lock in 64 tables; other "
            "buckets are locked by their word",
        .shared_state = "shards_: tables of entries; entry.word: the bucket, or the lock of entry.bucket",
        .protected_by =
            "each shard's spin lock guards what stands in its table, which is searched without it; words are atomic, "
            "and "
            "lock what they do not hold; epochs keep entries and tables from being freed; shards are locked in "
            "ascending "
            "order, then words in the order of their addresses; one sweeper",
        .claim_point =
            "the successful CAS of the word; else while all words are held, of new buckets with their shards",
        .ordering =
            "all atomics but the spin locks' are seq_cst; decisions on a bucket are ordered by its word; several "
            "dimensions are decided while all their words are held",
        .progress =
            "one dimension of a token bucket that is there: lock-free, and a refusal writes nothing that others read, "
            "unless several dimensions hold the word; else blocking: a stalled holder delays who needs the same "
            "bucket, "
            "or brings a new one to the same shard",
        .failure = "bad_alloc comes before anything is charged, and leaves no bucket that was not there",
        .complexity =
            "acquire O(1) expected, but for the call that makes its shard's table larger, O(entries of it); cleanup "
            "O(budget), and O(entries) for a table that has become too large",
        .memory =
            "12 bytes and the key in one piece, a slot of 10 to 16; 64 and the key where a word does not hold the "
            "bucket; what "
            "readers delay",
        .source =
            "ITU-T I.371 (GCRA); F14 (Bronson and Shi, 2019) for lines that count what passed them by; epochs after "
            "Fraser, 2004",
    }
        .within(without_threads);

class GcraWordsLimiter final : public RateLimiter {
 public:
  explicit GcraWordsLimiter(const Options& options) : quotas_(options) {
    for (EntryShard& shard : shards_) shard.start(options.expected_keys / shards_.size());
  }

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    const TimeNs at_ns = clamp_time(now_ns);
    if (charges.size() == 1 && quotas_.is_right(charges.front())) {
      return acquire_one(AskedCharge(quotas_, charges.front()), at_ns);
    }
    const Decision wrong = check_charges(quotas_.all(), charges);
    return wrong.status == Status::allowed ? acquire_several(charges, at_ns) : wrong;
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    const MutexLock sweeping(sweeping_);
    const TimeNs at_ns = clamp_time(now_ns);
    CleanupAnswer answer;
    for (std::size_t looked = 0; next_shard_ < shards_.size() && looked < budget;) {
      answer.removed += sweep_some(shards_[next_shard_], looked, budget, at_ns);
      if (next_line_ == 0) ++next_shard_;
    }
    answer.more = next_shard_ < shards_.size();
    if (!answer.more) next_shard_ = 0;
    retired_.free_unread();
    return answer;
  }

  std::size_t tracked() override {
    std::size_t sum = 0;
    for (EntryShard& shard : shards_) {
      const SpinGuard guard(shard.lock);
      sum += shard.size();
    }
    return sum;
  }

 private:
  // Looked at without letting the shard's lock go.
  static constexpr std::size_t sweep_at_once = 64;

  Decision acquire_one(const AskedCharge& asked, TimeNs now_ns) {
    EntryShard& shard = shards_[shard_of(asked.hash())];
    {
      const ReadPin pin;
      if (BucketEntry* const entry = shard.find(asked.hash(), asked.name())) {
        if (const auto decision = asked.charge(*entry, now_ns)) return *decision;
      }
    }
    return acquire_absent(asked, shard, now_ns);
  }

  // Of a bucket that was not there, or is gone, at some instant of this call; another caller may have made it since.
  Decision acquire_absent(const AskedCharge& asked, EntryShard& shard, TimeNs now_ns) {
    if (asked.cost() == 0) return {Status::allowed, 0, asked.rules().quota().capacity, 0};
    BucketEntry::Owned fresh = BucketEntry::make(asked.name());
    const Decision decision = asked.charge(*fresh, now_ns).value();
    const SpinGuard guard(shard.lock);
    // Under the lock it cannot go.
    if (BucketEntry* const entry = shard.find(asked.hash(), asked.name())) return asked.charge(*entry, now_ns).value();
    shard.make_room(1);
    shard.insert(*fresh.release(), asked.hash());
    return decision;
  }

  Decision acquire_several(std::span<const Charge> charges, TimeNs now_ns) {
    HeldCharges held(quotas_, charges);
    {
      // Whoever finds all buckets there locks nothing but their words.
      const ReadPin pin;
      if (held.hold_all(shards_)) return held.decide(shards_, now_ns);
    }
    const HeldShards shards(shards_, held.shards());
    held.hold_those_there(shards_);
    return held.decide(shards_, now_ns);
  }

  std::size_t sweep_some(EntryShard& shard, std::size_t& looked, std::size_t budget, TimeNs now_ns)
      REQUIRES(sweeping_) {
    std::size_t removed = 0;
    const std::size_t enough = looked + std::min(budget - looked, sweep_at_once);
    const SpinGuard guard(shard.lock);
    next_line_ = shard.sweep(next_line_, looked, enough, [&](BucketEntry& entry) NO_THREAD_SAFETY_ANALYSIS {
      if (!drop_if_full(entry, now_ns)) return false;
      ++removed;
      return true;
    });
    if (next_line_ == 0) shard.shrink();
    return removed;
  }

  // Makes the word say that the bucket is gone. It is in its table yet, whose lock the caller holds.
  bool drop_if_full(BucketEntry& entry, TimeNs now_ns) REQUIRES(sweeping_) {
    const std::uint32_t quota = entry.name().quota;
    std::uint64_t state = 0;
    if (entry.in_word()) {
      do {
        state = entry.word.load();
        if (!quotas_.words(quota).is_full(state, now_ns)) return false;
      } while (!entry.word.exchange(state, retired_.next_word()));
    } else {
      RecordEntry& record = record_in(entry);
      if (!record.word.lock(state)) return false;
      const bool full = quotas_.rules(quota).is_full(record.bucket, now_ns);
      record.word.unlock(full ? retired_.next_word() : state);
      if (!full) return false;
    }
    retired_.push(entry);
    return true;
  }

  const WordQuotas quotas_;
  EntryShards shards_;
  Mutex sweeping_{{"limiter sweep", 0}};  // taken before a shard
  std::size_t next_shard_ GUARDED_BY(sweeping_) = 0;
  std::size_t next_line_ GUARDED_BY(sweeping_) = 0;
  RetiredEntries retired_ GUARDED_BY(sweeping_);
};

const bool registered = register_implementation<RateLimiter, GcraWordsLimiter>("gcra_words", contract);

}  // namespace
}  // namespace contend::rate_limiter
