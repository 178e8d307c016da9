#include "impls/ledger/books/journal.hpp"

#include <fmt/core.h>

#include <stdexcept>

namespace contend::ledger {

Journal::~Journal() {
  // They are made in order: behind the first that is missing there is none.
  for (std::size_t i = 0; i < max_blocks && blocks_[i].load() != nullptr; ++i) delete blocks_[i].load();
}

TransactionId Journal::reserve(std::size_t count) {
  TransactionId last = last_id_.load();
  do {
    if (count > max_transactions - last) {
      throw std::length_error(fmt::format("the ledger is full: it holds at most {} transactions", max_transactions));
    }
    make_blocks(last + 1, last + count);
  } while (!last_id_.compare_exchange_weak(last, last + count));
  return last + 1;
}

void Journal::make_blocks(TransactionId first, TransactionId last) {
  for (std::size_t i = first / block_records; i <= last / block_records; ++i) {
    if (blocks_[i].load() != nullptr) continue;
    auto fresh = std::make_unique<Block>();
    Block* expected = nullptr;
    if (blocks_[i].compare_exchange_strong(expected, fresh.get())) static_cast<void>(fresh.release());
  }
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
  JournalRecord& entry = record(id);
  // (2) acquire: sees the fields published by (1).
  return entry.published.load(std::memory_order_acquire) ? &entry : nullptr;
}

}  // namespace contend::ledger
