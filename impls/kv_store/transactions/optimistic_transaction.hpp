#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// Of stores whose commits apply the writes of an OptimisticTransaction one by one.
inline constexpr Contract optimistic_contract =
    Contract{
        .failure = "bad_alloc leaves the entry as it was; a commit that runs out of memory may be half applied",
    }
        .within(without_threads);

// What a transaction has read and wants to write: all that a store needs to validate and apply it at one instant.
struct CommitRequest {
  struct Write {
    bool erase = false;
    std::string value;
    DurationNs ttl_ns = forever;
  };
  using Writes = std::map<std::string, Write, std::less<>>;
  struct Scan {
    std::string prefix;
    std::size_t limit = 0;
    std::vector<std::pair<std::string, Version>> found;
  };

  TimeNs now_ns = 0;
  std::map<std::string, Version, std::less<>> reads;  // version at the first read; 0: absent
  std::vector<Scan> scans;
  Writes writes;
};

// A serializable transaction by optimistic concurrency control (Kung and Robinson, 1981): reads go to the store and are
// remembered with their versions, writes are buffered. Commit hands both to the store, which repeats the reads and
// applies the writes only if every one still gives the same versions, in one critical section; repeating the scans
// keeps phantoms out. Until then, reads made at different moments may not fit together; such a transaction cannot
// commit. Memory grows with what it reads and writes.
class OptimisticTransaction final : public Transaction {
 public:
  // Validates and applies; answers ok or conflict.
  using Commit = std::function<Status(const CommitRequest&)>;

  OptimisticTransaction(Store& store, TimeNs now_ns, Commit commit);

  Answer get(std::string_view key, std::string& value) override;
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) override;
  Answer erase(std::string_view key) override;
  void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override;
  Status commit() override;
  void rollback() override;

 private:
  Store& store_;
  Commit commit_;
  CommitRequest request_;
  bool finished_ = false;
  bool doomed_ = false;  // two reads of one key gave two versions: commit can only answer conflict
};

// How many entries a transaction has to ask the store for to be left with `limit`: each of its own writes under the
// prefix may hide one.
std::size_t store_limit(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit);

// Lays buffered writes over the entries that a store scan gave, both in key order, and cuts the result to `limit`.
void overlay_writes(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit,
                    std::vector<Entry>& entries);

// Whether all that `request` has read would be read again from `table`, which is anything with get and an appending
// scan as in Table. The caller holds whatever makes the reads one instant.
template <class Table>
bool reads_still_hold(const CommitRequest& request, Table& table) {
  std::string ignored;
  for (const auto& [key, version] : request.reads) {
    if (table.get(key, request.now_ns, ignored).version != version) return false;
  }
  std::vector<Entry> again;
  for (const CommitRequest::Scan& scan : request.scans) {
    again.clear();
    table.scan(scan.prefix, scan.limit, request.now_ns, again);
    const bool same = std::ranges::equal(again, scan.found, [](const Entry& entry, const auto& seen) {
      return entry.key == seen.first && entry.version == seen.second;
    });
    if (!same) return false;
  }
  return true;
}

// Applies the writes of a validated request to `table`, anything with set and erase as in Table.
template <class Table>
void apply_writes(const CommitRequest& request, Table& table) {
  for (const auto& [key, write] : request.writes) {
    if (write.erase) {
      table.erase(key, request.now_ns);
    } else {
      table.set(key, write.value, write.ttl_ns, request.now_ns);
    }
  }
}

// Validates and applies to a table that nobody else touches meanwhile.
template <class Table>
Status commit_alone(const CommitRequest& request, Table& table) {
  if (!reads_still_hold(request, table)) return Status::conflict;
  apply_writes(request, table);
  return Status::ok;
}

}  // namespace contend::kv_store
