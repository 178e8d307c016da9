#include "impls/ledger/books/journal.hpp"

#include <stdexcept>

namespace contend::ledger {

Journal::~Journal() {
  for (std::size_t i = 0; i < max_blocks; ++i) delete blocks_[i].load();
}

TransactionId Journal::reserve(std::size_t count) {
  const TransactionId first = last_id_.fetch_add(count) + 1;
  const std::size_t last_block = (first + count - 1) / block_records;
  if (last_block >= max_blocks) throw std::length_error("ledger journal: more than 2^28 transactions");
  for (std::size_t i = first / block_records; i <= last_block; ++i) {
    if (blocks_[i].load() != nullptr) continue;
    auto fresh = std::make_unique<Block>();
    Block* expected = nullptr;
    if (blocks_[i].compare_exchange_strong(expected, fresh.get())) static_cast<void>(fresh.release());
  }
  return first;
}

void Journal::publish(TransactionId id, CommandKind kind, AccountId payer, AccountId payee, Amount amount) noexcept {
  JournalRecord& entry = record(id);
  entry.kind = kind;
  entry.payer = payer;
  entry.payee = payee;
  entry.amount = amount;
  // (1) release: publishes the fields above; pairs with (2).
  entry.published.store(true, std::memory_order_release);
}

JournalRecord* Journal::find(TransactionId id) const noexcept {
  if (id == 0 || id > last_id_.load()) return nullptr;
  if (id / block_records >= max_blocks || blocks_[id / block_records].load() == nullptr) return nullptr;
  JournalRecord& entry = record(id);
  // (2) acquire: sees the fields published by (1).
  return entry.published.load(std::memory_order_acquire) ? &entry : nullptr;
}

}  // namespace contend::ledger
