#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/owner_thread.hpp"

namespace contend::kv_store {
namespace {

// One thread owns the table; everybody else sends it work and waits. No lock, no race, no deadlock, at the price of one
// hand-over between threads per operation.
constexpr Contract contract{
    .technique = "actor",
    .summary = "one thread owns a hash table and works through a mailbox",
    .shared_state = "the mailbox; the table is touched by its owner alone",
    .protected_by = "ownership: only the owner thread reads or writes table_",
    .claim_point = "the push into the mailbox fixes the order; the insertion by the owner decides put_if_absent",
    .ordering = "a caller's writes are visible to the owner, and the owner's to the caller when it is answered",
    .progress = "blocking: a stalled owner stalls everybody; a full mailbox makes callers wait for room",
    .shutdown = "the destructor answers what is queued, then joins the owner; no call may begin after that",
    .failure = "an exception of the work reaches its caller; the entry stays as it was",
    .complexity = "point operations O(1) expected plus one hand-over; creating a key O(log n); scan O(log n + results)",
    .memory = "a mailbox of 1024 pointers; a hash node, an index node and two strings per entry; a snapshot copies all",
    .source = "actor model (Hewitt, 1973); Redis serves its data this way",
};

class SingleWriterStore final : public Store {
 public:
  explicit SingleWriterStore(const Options&) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    return owner_.call([&] { return table_.get(key, now_ns, value); });
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return owner_.call([&] { return table_.set(key, value, ttl_ns, now_ns); });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return owner_.call([&] { return table_.put_if_absent(key, value, ttl_ns, now_ns); });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return owner_.call([&] { return table_.compare_and_set(key, expected, value, ttl_ns, now_ns, current); });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    return owner_.call([&] { return table_.erase(key, now_ns); });
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    owner_.call([&] { table_.scan(prefix, limit, now_ns, entries); });
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      return owner_.call([&] { return commit_alone(request, table_); });
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    std::vector<Entry> entries;
    owner_.call([&] { table_.copy_live(now_ns, entries); });
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    return owner_.call([&] { return table_.expire(budget, now_ns); });
  }
  Size size(TimeNs now_ns) override {
    return owner_.call([&] { return table_.size(now_ns); });
  }

 private:
  HashedTable table_;  // touched by the owner thread alone
  OwnerThread owner_;  // last: it stops before the table goes
};

const bool registered = register_implementation<Store, SingleWriterStore>("single_writer", contract);

}  // namespace
}  // namespace contend::kv_store
