#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// What a later command may need to know of a transaction. Everything but `reversed` is fixed once published;
// `reversed` is guarded by the accounts of the transaction: access to it requires exclusive access to payer and payee.
struct JournalRecord {
  CommandKind kind = CommandKind::transfer;
  bool reversed = false;
  std::atomic<bool> published{false};
  AccountId payer = 0;
  AccountId payee = 0;
  Amount amount = 0;
};

// The source of transaction ids and the record of each, by id. An array of blocks that grows without moving: finding
// and publishing are lock-free, O(1), and one compare-and-swap hands out ids. Bounded to max_transactions.
//
// The order of ids is the order of effect, because a caller that takes an id holds all accounts of its transaction from
// before it takes the id until the entries are written.
class Journal {
 public:
  Journal() = default;
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // `count` ids in a row, with memory for their records; the first is returned. Throws bad_alloc or length_error, and
  // then has handed out none: the memory comes first.
  TransactionId reserve(std::size_t count);

  // Fills in the record of a reserved id and makes it visible to find.
  void publish(TransactionId id, CommandKind kind, AccountId payer, AccountId payee, Amount amount) noexcept;

  // nullptr if there is no such transaction (yet).
  JournalRecord* find(TransactionId id) const noexcept;

  // The last id handed out: its transaction may still be on its way.
  TransactionId last() const noexcept { return last_id_.load(); }

 private:
  static constexpr std::size_t block_records = std::size_t{1} << 13;
  static constexpr std::size_t max_blocks = max_transactions / block_records + 1;
  using Block = std::array<JournalRecord, block_records>;

  void make_blocks(TransactionId first, TransactionId last);
  JournalRecord& record(TransactionId id) const noexcept {
    return (*blocks_[id / block_records].load())[id % block_records];
  }

  std::atomic<TransactionId> last_id_{0};
  std::unique_ptr<std::atomic<Block*>[]> blocks_ = std::make_unique<std::atomic<Block*>[]>(max_blocks);
};

}  // namespace contend::ledger
