#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// Of stores whose commits are those of an OptimisticTransaction.
inline constexpr Contract optimistic_contract =
    Contract{
        .failure =
            "bad_alloc: the operation has not happened, and a commit can be tried again: all memory that its writes "
            "need "
            "is there before the first of them",
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
  // What a scan has seen of the store: all live entries under the prefix, or those up to `last`.
  struct Scan {
    std::string prefix;
    std::optional<std::string> last = std::nullopt;
    std::vector<std::pair<std::string, Version>> found = {};
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

// A write on its own, so that it can be put among the others when nothing can fail any more.
CommitRequest::Writes one_write(std::string_view key, CommitRequest::Write write);
// In the place of an earlier write of the same key.
void put_write(CommitRequest::Writes& writes, CommitRequest::Writes one) noexcept;

// How many entries a transaction has to ask the store for to be left with `limit`: each of its own writes under the
// prefix may hide one.
std::size_t store_limit(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit);

// Lays buffered writes over the entries that a store scan gave, both in key order, and cuts the result to `limit`.
void overlay_writes(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit,
                    std::vector<Entry>& entries);

// Whether all that `request` has read would be read again from `table`, which is anything with version and walk as in
// Table. The caller holds whatever makes the reads one instant.
template <class Table>
bool reads_still_hold(const CommitRequest& request, const Table& table) {
  for (const auto& [key, version] : request.reads) {
    if (table.version(key, request.now_ns) != version) return false;
  }
  for (const CommitRequest::Scan& scan : request.scans) {
    auto seen = scan.found.begin();
    bool same = true;
    table.walk(scan.prefix, request.now_ns, [&](const auto& entry) {
      if (!std::string_view(entry.key).starts_with(scan.prefix) || (scan.last && entry.key > *scan.last)) return false;
      same = seen != scan.found.end() && seen->first == entry.key && seen->second == entry.version;
      if (same) ++seen;
      return same;
    });
    if (!same || seen != scan.found.end()) return false;
  }
  return true;
}

// Validates and applies to a table that nobody else touches meanwhile. Where it throws, nothing has happened.
template <class Table>
Status commit_alone(const CommitRequest& request, Table& table) {
  if (!reads_still_hold(request, table)) return Status::conflict;
  std::vector<std::pair<std::string_view, typename Table::Write>> ready;
  ready.reserve(request.writes.size());
  for (const auto& [key, write] : request.writes) {
    if (!write.erase) ready.emplace_back(key, table.prepare(key, write.value, write.ttl_ns, request.now_ns));
  }
  for (const auto& [key, write] : request.writes) {
    if (write.erase) table.erase(key, request.now_ns);
  }
  for (auto& [key, write] : ready) table.apply(key, std::move(write));
  return Status::ok;
}

}  // namespace contend::kv_store
