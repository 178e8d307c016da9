#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/kv_store/versions/striped_records.hpp"

namespace contend::kv_store {
namespace {

// A snapshot is a stamp: taking one copies nothing, and reading it finds the record that lived then (StripedRecords).
constexpr Contract contract{
    .technique = "multiversion",
    .summary = "records that live from stamp to stamp: snapshots cost O(1) and never make a writer wait",
    .shared_state = "stripes_ with records, the commit clock, and the snapshots that are open",
    .protected_by = "stripe.mutex guards its records; several are taken in ascending order; then the snapshots' mutex",
    .claim_point = "the linking of the record under the stripe's mutex; of a commit, the first writer of a key wins",
    .ordering = "stamps are taken while all written stripes are held, so stamp order is the order of effect",
    .progress = "blocking per stripe; readers of a snapshot hold one stripe at a time",
    .shutdown = "owns no threads; snapshots and transactions end before the store does",
    .failure =
        "bad_alloc: the operation has not happened, and a commit can be tried again: all memory that its writes need "
        "is "
        "there before the first of them",
    .complexity =
        "point operations O(log n + versions of the key); scan O(stripes log n + results log stripes); snapshot O(log "
        "open), and its end O(log open) for each record that was kept for it",
    .memory =
        "a node and two strings a key, a record with its value for each version that an open snapshot can see: what "
        "none "
        "can see goes at once",
    .source = "multiversion concurrency control (Reed, 1978); snapshot isolation (Berenson et al., 1995)",
};

class VersionedSnapshot final : public Snapshot {
 public:
  VersionedSnapshot(StripedRecords& records, TimeNs now_ns) : records_(records), now_ns_(now_ns), pin_(records) {}

  Answer get(std::string_view key, std::string& value) const override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    const Record* record = records_.record_at(key, pin_.at());
    if (!is_live(record, now_ns_)) return {Status::absent};
    value = record->value;  // which stays as it is as long as the pin
    return {Status::ok, record->from, record->from};
  }
  void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) const override {
    entries.clear();
    if (check_input(prefix) != Status::ok || limit == 0) return;
    records_.scan_at(pin_.at(), prefix, limit, now_ns_, entries);
  }
  Stamp at() const { return pin_.at(); }

 private:
  StripedRecords& records_;
  const TimeNs now_ns_;
  const StripedRecords::OpenPin pin_;
};

// Snapshot isolation: all reads at one stamp; a commit fails if anybody has written one of its keys since.
class VersionedTransaction final : public Transaction {
 public:
  VersionedTransaction(StripedRecords& records, TimeNs now_ns) : records_(records), snapshot_(records, now_ns) {
    request_.now_ns = now_ns;
  }
  Answer get(std::string_view key, std::string& value) override {
    if (finished_) return {Status::finished};
    const auto own = request_.writes.find(key);
    if (own == request_.writes.end()) {
      const Answer answer = snapshot_.get(key, value);
      if (answer.status == Status::absent) records_.drop_if_expired(key, request_.now_ns);
      return answer;
    }
    if (own->second.erase) return {Status::absent};
    value = own->second.value;
    return {Status::ok};
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) override {
    if (finished_) return {Status::finished};
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    CommitRequest::Writes ready = one_write(key, {false, std::string(value), ttl_ns});
    std::string ignored;
    const Version previous = get(key, ignored).version;
    put_write(request_.writes, std::move(ready));
    return {Status::ok, 0, previous};
  }
  Answer erase(std::string_view key) override {
    if (finished_) return {Status::finished};
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    CommitRequest::Writes ready = one_write(key, {true, {}, forever});
    std::string ignored;
    const Answer before = get(key, ignored);
    if (before.status != Status::ok) return before;
    put_write(request_.writes, std::move(ready));
    return {Status::ok, 0, before.version};
  }
  void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
    entries.clear();
    if (finished_ || limit == 0 || check_input(prefix) != Status::ok) return;
    const std::size_t asked = store_limit(request_.writes, prefix, limit);
    snapshot_.scan(prefix, asked, entries);
    records_.drop_expired(prefix, asked, entries, request_.now_ns);
    overlay_writes(request_.writes, prefix, limit, entries);
  }
  Status commit() override {
    if (finished_) return Status::finished;
    const Status status = records_.commit(request_, snapshot_.at());
    finished_ = true;  // not where it has thrown: nothing has happened
    return status;
  }
  void rollback() override { finished_ = true; }

 private:
  StripedRecords& records_;
  const VersionedSnapshot snapshot_;
  CommitRequest request_;
  bool finished_ = false;
};

class MultiversionStore final : public Store {
 public:
  explicit MultiversionStore(const Options& options) { expected_entries(options); }  // a tree needs no room beforehand

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    return records_.get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write_if(key, value, ttl_ns, now_ns, [](const Record*) { return Status::ok; });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write_if(key, value, ttl_ns, now_ns,
                    [](const Record* record) { return record == nullptr ? Status::ok : Status::exists; });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return write_if(key, value, ttl_ns, now_ns, [&](const Record* record) {
      if ((record == nullptr ? 0 : record->from) == expected) return Status::ok;
      if (record != nullptr) current = record->value;
      return Status::version_mismatch;
    });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    return records_.erase(key, now_ns);
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    if (check_input(prefix) != Status::ok || limit == 0) return;
    {
      const StripedRecords::OpenPin pin(records_);
      records_.scan_at(pin.at(), prefix, limit, now_ns, entries);
    }
    records_.drop_expired(prefix, limit, entries, now_ns);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<VersionedTransaction>(records_, now_ns);
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    return std::make_unique<VersionedSnapshot>(records_, now_ns);
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override { return records_.expire(budget, now_ns); }
  Size size(TimeNs now_ns) override { return records_.size(now_ns); }

 private:
  template <class Decide>
  Answer write_if(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, Decide decide) {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    return records_.write_if(key, value, ttl_ns, now_ns, decide);
  }

  StripedRecords records_;
};

const bool registered = register_implementation<Store, MultiversionStore>(
    "multiversion", contract, {.scan = ScanGuarantee::snapshot, .isolation = Isolation::snapshot});

}  // namespace
}  // namespace contend::kv_store
