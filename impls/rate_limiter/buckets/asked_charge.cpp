#include "impls/rate_limiter/buckets/asked_charge.hpp"

namespace contend::rate_limiter {

bool AskedCharge::charge_record(RecordEntry& entry, const QuotaRules& rules, std::uint64_t cost, TimeNs now_ns,
                                Decision& decision) {
  std::uint64_t state = 0;
  if (!entry.word.lock(state)) return false;
  const HeldWord held(entry.word, state);
  const std::uint64_t available = rules.available(entry.bucket, now_ns);
  if (cost > available) {
    decision = {Status::limited, rules.wait_for(entry.bucket, cost, now_ns), available, 0};
    return true;
  }
  if (cost > 0) {
    rules.make_room(entry.bucket);
    rules.take(entry.bucket, cost, now_ns);
  }
  decision = {Status::allowed, 0, available - cost, 0};
  return true;
}

}  // namespace contend::rate_limiter
