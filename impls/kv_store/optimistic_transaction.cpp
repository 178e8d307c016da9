#include "impls/kv_store/optimistic_transaction.hpp"

#include <limits>

namespace contend {

OptimisticTransaction::OptimisticTransaction(KvStore& store, TimeNs now_ns, Commit commit)
    : store_(store), commit_(std::move(commit)) {
  request_.now_ns = now_ns;
}

KvAnswer OptimisticTransaction::get(std::string_view key, std::string& value) {
  if (finished_) return {KvStatus::finished};
  if (const KvStatus bad = check_input(key); bad != KvStatus::ok) return {bad};
  if (const auto own = request_.writes.find(key); own != request_.writes.end()) {
    if (own->second.erase) return {KvStatus::absent};
    value = own->second.value;
    return {KvStatus::ok};
  }
  const KvAnswer answer = store_.get(key, request_.now_ns, value);
  const auto [seen, first] = request_.reads.try_emplace(std::string(key), answer.version);
  if (!first && seen->second != answer.version) doomed_ = true;
  return answer;
}

KvAnswer OptimisticTransaction::set(std::string_view key, std::string_view value, DurationNs ttl_ns) {
  if (finished_) return {KvStatus::finished};
  if (const KvStatus bad = check_input(key, value, ttl_ns); bad != KvStatus::ok) return {bad};
  std::string ignored;
  const Version previous = get(key, ignored).version;
  request_.writes.insert_or_assign(std::string(key),
                                   CommitRequest::Write{.erase = false, .value = std::string(value), .ttl_ns = ttl_ns});
  return {KvStatus::ok, 0, previous};
}

KvAnswer OptimisticTransaction::erase(std::string_view key) {
  std::string ignored;
  const KvAnswer before = get(key, ignored);
  if (before.status != KvStatus::ok) return before;
  request_.writes.insert_or_assign(std::string(key), CommitRequest::Write{.erase = true, .value = {}});
  return {KvStatus::ok, 0, before.version};
}

void OptimisticTransaction::scan(std::string_view prefix, std::size_t limit, std::vector<KvEntry>& entries) {
  entries.clear();
  if (finished_ || check_input(prefix) != KvStatus::ok) return;
  CommitRequest::Scan& scan = request_.scans.emplace_back();
  scan.prefix = prefix;
  scan.limit = store_limit(request_.writes, prefix, limit);
  store_.scan(prefix, scan.limit, request_.now_ns, entries);
  for (const KvEntry& entry : entries) scan.found.emplace_back(entry.key, entry.version);
  overlay_writes(request_.writes, prefix, limit, entries);
}

KvStatus OptimisticTransaction::commit() {
  if (std::exchange(finished_, true)) return KvStatus::finished;
  return doomed_ ? KvStatus::conflict : commit_(request_);
}

void OptimisticTransaction::rollback() {
  finished_ = true;
}

std::size_t store_limit(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit) {
  std::size_t hidden = 0;
  for (auto own = writes.lower_bound(prefix); own != writes.end() && own->first.starts_with(prefix); ++own) ++hidden;
  return limit > std::numeric_limits<std::size_t>::max() - hidden ? limit : limit + hidden;
}

void overlay_writes(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit,
                    std::vector<KvEntry>& entries) {
  for (auto own = writes.lower_bound(prefix); own != writes.end() && own->first.starts_with(prefix); ++own) {
    const auto place = std::ranges::lower_bound(entries, own->first, {}, &KvEntry::key);
    const bool found = place != entries.end() && place->key == own->first;
    if (own->second.erase) {
      if (found) entries.erase(place);
    } else if (found) {
      place->value = own->second.value;
      place->version = 0;
    } else {
      entries.insert(place, {own->first, own->second.value, 0});
    }
  }
  if (entries.size() > limit) entries.resize(limit);
}

}  // namespace contend
