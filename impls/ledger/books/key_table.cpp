#include "impls/ledger/books/key_table.hpp"

#include "impls/ledger/rules/shape.hpp"

namespace contend::ledger {

KeyTable::Claim KeyTable::claim(const Command& command) {
  Stripe& stripe = stripe_of(command.key);
  const MutexLock lock(stripe.mutex);
  while (true) {
    const auto known = stripe.records.find(command.key);
    if (known == stripe.records.end()) {
      if (!is_recordable(command)) return {.mine = false, .answer = check_shape(command)};
      stripe.records.try_emplace(std::string(command.key), Record{CommandRecord(command), false, {}});
      return {.mine = true, .answer = {}};
    }
    const Record& record = known->second;
    if (record.finished) return {.mine = false, .answer = replay(record.command, record.answer, command)};
    stripe.settled.wait(stripe.mutex);
  }
}

void KeyTable::finish(std::string_view key, const Answer& answer) noexcept {
  Stripe& stripe = stripe_of(key);
  {
    const MutexLock lock(stripe.mutex);
    Record& record = stripe.records.find(key)->second;
    record.answer = answer;
    record.finished = true;
  }
  stripe.settled.notify_all();
}

void KeyTable::abandon(std::string_view key) noexcept {
  Stripe& stripe = stripe_of(key);
  {
    const MutexLock lock(stripe.mutex);
    stripe.records.erase(stripe.records.find(key));
  }
  stripe.settled.notify_all();
}

}  // namespace contend::ledger
