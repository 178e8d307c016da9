#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/ledger/books/account.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// Account id -> account with whatever a design keeps beside it. Accounts are only added, never moved or removed, so a
// pointer found once stays good. Looking up is lock-free and expected O(1); accounts are added one at a time.
//
// An array of pointers, searched from the place of the id's hash on, at most half full. When it is full, one of twice
// the size takes its place; the old one stays for those who are searching it, who miss only accounts that are being
// added while they look. All old arrays together are no larger than the one in use. Besides, each account points to the
// one that was added before it: what can be reached from the newest is what was there at one instant.
//
// `Slot` is constructible from (AccountId, Currency). Out of memory: nothing has been added.
template <class Slot>
class AccountTable {
 public:
  class Entry {
   public:
    Entry(AccountId id, Currency currency) : slot(id, currency) {}
    Slot slot;

   private:
    friend AccountTable;
    Entry* older = nullptr;
  };

  explicit AccountTable(std::size_t expected_accounts) {
    std::size_t places = 16;
    while (places < 2 * expected_accounts) places *= 2;
    arrays_ = std::make_unique<Array>(places);
    current_ = arrays_.get();
  }
  ~AccountTable() {
    for (Entry* entry = newest_; entry != nullptr;) delete std::exchange(entry, entry->older);
  }
  AccountTable(const AccountTable&) = delete;
  AccountTable& operator=(const AccountTable&) = delete;

  // False if the account is there already.
  bool add(AccountId id, Currency currency) {
    auto fresh = std::make_unique<Entry>(id, currency);
    const MutexLock lock(adding_);
    if (find(id) != nullptr) return false;
    if (2 * (count_ + 1) > current_.load()->places) grow();
    fresh->older = newest_;
    put(*current_, *fresh);
    newest_ = fresh.release();
    ++count_;
    return true;
  }

  // nullptr if there is no such account.
  Slot* find(AccountId id) {
    const Array& array = *current_.load();
    for (std::size_t place = place_of(id, array);; place = (place + 1) % array.places) {
      Entry* const entry = array.entries[place];
      if (entry == nullptr) return nullptr;
      if (entry->slot.account.id == id) return &entry->slot;
    }
  }

  // What `look` answers, and all accounts that were there at that instant: no account is added while it looks.
  template <class Look>
  auto at_one_instant(Look look) {
    const MutexLock lock(adding_);
    return std::pair(look(), newest_);
  }
  // Visits the account, and all that were added before it.
  template <class Visit>
  static void for_each(Entry* newest, Visit visit) {
    for (Entry* entry = newest; entry != nullptr; entry = entry->older) visit(entry->slot);
  }

 private:
  struct Array {
    explicit Array(std::size_t count) : places(count), entries(std::make_unique<std::atomic<Entry*>[]>(count)) {}
    const std::size_t places;
    const std::unique_ptr<std::atomic<Entry*>[]> entries;
    std::unique_ptr<Array> smaller;
  };

  std::size_t place_of(AccountId id, const Array& array) const { return hash_(id) % array.places; }

  void put(Array& array, Entry& entry) const noexcept {
    std::size_t place = place_of(entry.slot.account.id, array);
    while (array.entries[place] != nullptr) place = (place + 1) % array.places;
    array.entries[place] = &entry;
  }

  void grow() REQUIRES(adding_) {
    auto larger = std::make_unique<Array>(2 * arrays_->places);
    for (Entry* entry = newest_; entry != nullptr; entry = entry->older) put(*larger, *entry);
    larger->smaller = std::move(arrays_);
    arrays_ = std::move(larger);
    current_ = arrays_.get();
  }

  const NumberHash hash_;
  std::atomic<Array*> current_{nullptr};
  Mutex adding_{{"opening of accounts", 0}};  // never taken by a thread that holds an account
  std::unique_ptr<Array> arrays_ GUARDED_BY(adding_);
  Entry* newest_ GUARDED_BY(adding_) = nullptr;
  std::size_t count_ GUARDED_BY(adding_) = 0;
};

}  // namespace contend::ledger
