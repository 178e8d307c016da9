#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "impls/base/hashing.hpp"
#include "impls/ledger/books/command_record.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// The idempotency keys of a ledger whose callers run side by side. Striped by the hash of the key; a thread holds at
// most one stripe lock, never while it waits for an account, so it takes no part in any lock order.
//
// A key passes through: unknown -> in progress (claimed by one caller) -> finished with an answer, or unknown again
// when the claim was abandoned. Callers that meet a key in progress wait for its outcome, also with another payload:
// a conflict tells of a command, and what an answer tells of must have happened.
// Expected O(1); memory: one record per key, for ever.
class KeyTable {
 public:
  // What a caller got for a key: the right and duty to run the command, or the answer.
  struct Claim {
    bool mine = false;
    Answer answer;  // if not mine: the recorded answer or the conflict
  };

  // Claims the key, or answers for it; a command that no key may stand for is refused here. Blocks while another thread
  // runs the same key.
  Claim claim(const Command& command);
  // Records the outcome of a claim and wakes who waits for it.
  void finish(std::string_view key, const Answer& answer) noexcept;
  // Gives a claim up as if it had never been made; one of those who wait claims it next.
  void abandon(std::string_view key) noexcept;

 private:
  struct Record {
    CommandRecord command;
    bool finished = false;
    Answer answer;
  };
  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"key stripe", 0}};
    ConditionVariable settled;
    std::unordered_map<std::string, Record, BytesHash, std::equal_to<>> records GUARDED_BY(mutex);
  };

  static constexpr std::size_t stripe_count = 64;
  Stripe& stripe_of(std::string_view key) { return stripes_[mix_bits(hash_bytes(key)) % stripe_count]; }

  std::array<Stripe, stripe_count> stripes_;
};

}  // namespace contend::ledger
