#pragma once

#include <tbb/concurrent_unordered_map.h>

#include <memory>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/ledger/books/account.hpp"

namespace contend::ledger {

// Account id -> account with whatever a design keeps beside it. Accounts are only added, never moved or removed, so a
// pointer found once stays good; TBB's concurrent_unordered_map, which cannot erase concurrently, fits exactly. Looking
// up is lock-free and expected O(1).
//
// `Slot` is constructible from (AccountId, Currency).
template <class Slot>
class AccountTable {
 public:
  explicit AccountTable(std::size_t expected_accounts) : slots_(expected_accounts) {}

  // False if the account is there already.
  bool add(AccountId id, Currency currency) { return slots_.emplace(id, std::make_unique<Slot>(id, currency)).second; }

  // nullptr if there is no such account.
  Slot* find(AccountId id) {
    const auto place = slots_.find(id);
    return place == slots_.end() ? nullptr : place->second.get();
  }

  // Visits all accounts added before the call, and perhaps some of those added during it.
  template <class Visit>
  void for_each(Visit visit) {
    for (const auto& [id, slot] : slots_) visit(*slot);
  }

 private:
  tbb::concurrent_unordered_map<AccountId, std::unique_ptr<Slot>, NumberHash> slots_;
};

}  // namespace contend::ledger
