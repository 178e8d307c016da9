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
            "a shard's spin lock guards what stands in its table, which is searched without it; words are atomic, and "
            "lock what they do not hold; epochs keep entries and tables from being freed; shards are locked in "
            "ascending order, then words by address; one sweeper",
        .claim_point =
            "the successful CAS of the word; else while all words are held, of new buckets with their shards",
        .ordering =
            "all atomics but those of spin locks and pins are seq_cst; decisions on a bucket are ordered by its word; "
            "several dimensions are decided while all their words are held",
        .progress =
            "one dimension of a token bucket that is there: lock-free, and a refusal writes no line that other "
            "decisions read, unless several dimensions hold the word; else blocking: a stalled holder delays who "
            "needs the same bucket, or brings a new one to the same shard",
        .failure = "bad_alloc comes before anything is charged, and leaves no bucket that was not there",
        .complexity =
            "acquire O(1) expected, but for the call that makes its shard's table larger, O(entries of it); cleanup "
            "O(budget), and O(entries) for a table that has become too large",
        .memory =
            "12 bytes and the key in one piece, a slot of 10 to 16; 64 and the key where a word does not hold the "
            "bucket; what readers delay",
        .source =
            "ITU-T I.371 (GCRA); F14 (Bronson and Shi, 2019) for lines that count what passed them by; epochs "
            "(Fraser, 2004) by asymmetric fences (liburcu)",
    }
        .within(without_threads);

class GcraWordsLimiter final : public RateLimiter {
 public:
  explicit GcraWordsLimiter(const Options& options) : quotas_(options) {
    for (EntryShard& shard : shards_) shard.start(options.expected_keys / shards_.size());
  }

  // One decision, filled in where it is returned: to copy it costs as much as a locked instruction.
  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    Decision decision;
    const TimeNs at_ns = clamp_time(now_ns);
    if (charges.size() != 1 || !quotas_.is_right(charges.front())) {
      acquire_several(charges, at_ns, decision);
      return decision;
    }
    const AskedCharge asked(quotas_, charges.front());
    if (!acquire_present(asked, at_ns, decision)) acquire_absent(charges.front(), asked.hash(), at_ns, decision);
    return decision;
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
    if (!answer.more || retired_.are_many()) retired_.free_unread();
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

  // False: the bucket is not there, or gone, at some instant of this call.
  [[gnu::always_inline]] bool acquire_present(const AskedCharge& asked, TimeNs now_ns, Decision& decision) {
    const LightPin pin;
    BucketEntry* const entry = shards_[shard_of(asked.hash())].find(asked.hash(), asked.name());
    return entry != nullptr && asked.charge(*entry, now_ns, decision);
  }

  // Then; another caller may have made it since.
  [[gnu::noinline]] void acquire_absent(const Charge& charge, std::uint64_t hash, TimeNs now_ns, Decision& decision) {
    const AskedCharge asked(quotas_, charge, hash);
    decision = {Status::allowed, 0, asked.rules().quota().capacity, 0};
    if (charge.cost == 0) return;
    BucketEntry::Owned fresh = BucketEntry::make(asked.name());
    asked.charge(*fresh, now_ns, decision);
    EntryShard& shard = shards_[shard_of(hash)];
    const SpinGuard guard(shard.lock);
    if (BucketEntry* const entry = shard.find(hash, asked.name())) {
      asked.charge(*entry, now_ns, decision);  // it does not go while the shard is locked
    } else {
      shard.make_room(1);
      shard.insert(*fresh.release(), hash);
    }
  }

  // And of one in which something is wrong.
  [[gnu::noinline]] void acquire_several(std::span<const Charge> charges, TimeNs now_ns, Decision& decision) {
    decision = check_charges(quotas_.all(), charges);
    if (decision.status != Status::allowed) return;
    HeldCharges held(quotas_, charges);
    {
      // Whoever finds all buckets there locks nothing but their words.
      const LightPin pin;
      if (held.hold_all(shards_)) {
        decision = held.decide(shards_, now_ns);
        return;
      }
    }
    const HeldShards shards(shards_, held.shards());
    held.hold_those_there(shards_);
    decision = held.decide(shards_, now_ns);
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
