#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {
namespace {

// Readers share one lock, writers take it alone. A get that meets an expired key cannot remove it under the shared
// lock; it does so afterwards under the exclusive one, and its answer was right already.
constexpr Contract contract =
    Contract{
        .technique = "reader_writer",
        .summary = "one reader-writer lock around an ordered map: gets and scans run side by side, writers alone",
        .protected_by = "mutex_, shared for reading, exclusive for writing; a thread holds no other lock",
        .claim_point = "put_if_absent: the map insertion under the exclusive lock",
        .ordering = "the lock orders writers among each other and against readers; each sees all earlier writers",
        .progress =
            "blocking; readers do not delay readers; a writer waits for the readers that are in and for earlier "
            "writers, "
            "and new readers wait behind it",
        .source = "readers and writers (Courtois, Heymans and Parnas, 1971)",
    }
        .within(ordered_table_contract)
        .within(optimistic_contract);

class ReaderWriterStore final : public Store {
 public:
  explicit ReaderWriterStore(const Options& options) : table_(expected_entries(options)) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    Answer answer;
    bool met_expired = false;
    {
      const ReaderLock lock(mutex_);
      answer = table_.peek(key, now_ns, value, met_expired);
    }
    if (!met_expired) return answer;
    const WriterLock lock(mutex_);
    return table_.get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const WriterLock lock(mutex_);
    return table_.set(key, value, ttl_ns, now_ns);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const WriterLock lock(mutex_);
    return table_.put_if_absent(key, value, ttl_ns, now_ns);
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    const WriterLock lock(mutex_);
    return table_.compare_and_set(key, expected, value, ttl_ns, now_ns, current);
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    const WriterLock lock(mutex_);
    return table_.erase(key, now_ns);
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    bool met_expired = false;
    {
      const ReaderLock lock(mutex_);
      table_.peek_scan(prefix, limit, now_ns, entries, met_expired);
    }
    if (!met_expired) return;
    entries.clear();
    const WriterLock lock(mutex_);
    table_.scan(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      const WriterLock lock(mutex_);
      return commit_alone(request, table_);
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    const ReaderLock lock(mutex_);
    std::vector<Entry> entries;
    table_.copy_live(now_ns, entries);
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    const WriterLock lock(mutex_);
    return table_.expire(budget, now_ns);
  }
  Size size(TimeNs now_ns) override {
    const WriterLock lock(mutex_);
    return table_.size(now_ns);
  }

 private:
  SharedMutex mutex_{{"store", 0}};
  OrderedTable table_ GUARDED_BY(mutex_);
};

const bool registered = register_implementation<Store, ReaderWriterStore>("reader_writer", contract);

}  // namespace
}  // namespace contend::kv_store
