#include "impls/kv_store/transactions/optimistic_transaction.hpp"

#include <limits>

namespace contend::kv_store {

OptimisticTransaction::OptimisticTransaction(Store& store, TimeNs now_ns, Commit commit)
    : store_(store), commit_(std::move(commit)) {
  request_.now_ns = now_ns;
}

Answer OptimisticTransaction::get(std::string_view key, std::string& value) {
  if (finished_) return {Status::finished};
  if (const Status bad = check_input(key); bad != Status::ok) return {bad};
  if (const auto own = request_.writes.find(key); own != request_.writes.end()) {
    if (own->second.erase) return {Status::absent};
    value = own->second.value;
    return {Status::ok};
  }
  const Answer answer = store_.get(key, request_.now_ns, value);
  const auto [seen, first] = request_.reads.try_emplace(std::string(key), answer.version);
  if (!first && seen->second != answer.version) doomed_ = true;
  return answer;
}

Answer OptimisticTransaction::set(std::string_view key, std::string_view value, DurationNs ttl_ns) {
  if (finished_) return {Status::finished};
  if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
  CommitRequest::Writes ready = one_write(key, {.erase = false, .value = std::string(value), .ttl_ns = ttl_ns});
  std::string ignored;
  const Version previous = get(key, ignored).version;
  put_write(request_.writes, std::move(ready));
  return {Status::ok, 0, previous};
}

Answer OptimisticTransaction::erase(std::string_view key) {
  if (finished_) return {Status::finished};
  if (const Status bad = check_input(key); bad != Status::ok) return {bad};
  CommitRequest::Writes ready = one_write(key, {.erase = true, .value = {}});
  std::string ignored;
  const Answer before = get(key, ignored);
  if (before.status != Status::ok) return before;
  put_write(request_.writes, std::move(ready));
  return {Status::ok, 0, before.version};
}

void OptimisticTransaction::scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) {
  entries.clear();
  if (finished_ || limit == 0 || check_input(prefix) != Status::ok) return;
  store_.scan(prefix, store_limit(request_.writes, prefix, limit), request_.now_ns, entries);
  CommitRequest::Scan scan{.prefix = std::string(prefix)};
  for (const Entry& entry : entries) scan.found.emplace_back(entry.key, entry.version);
  overlay_writes(request_.writes, prefix, limit, entries);
  if (entries.size() == limit) {
    // More was read than is shown, in case that the own writes hide some of it: that is not what was seen.
    scan.last = entries.back().key;
    std::erase_if(scan.found, [&](const auto& seen) { return seen.first > *scan.last; });
  }
  request_.scans.push_back(std::move(scan));
}

Status OptimisticTransaction::commit() {
  if (finished_) return Status::finished;
  const Status status = doomed_ ? Status::conflict : commit_(request_);
  finished_ = true;  // not where it has thrown: nothing has happened
  return status;
}

void OptimisticTransaction::rollback() {
  finished_ = true;
}

CommitRequest::Writes one_write(std::string_view key, CommitRequest::Write write) {
  CommitRequest::Writes alone;
  alone.try_emplace(std::string(key), std::move(write));
  return alone;
}

void put_write(CommitRequest::Writes& writes, CommitRequest::Writes one) noexcept {
  const auto place = writes.find(one.begin()->first);
  if (place == writes.end()) {
    writes.merge(one);
  } else {
    place->second = std::move(one.begin()->second);
  }
}

std::size_t store_limit(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit) {
  std::size_t hidden = 0;
  for (auto own = writes.lower_bound(prefix); own != writes.end() && own->first.starts_with(prefix); ++own) ++hidden;
  return limit > std::numeric_limits<std::size_t>::max() - hidden ? limit : limit + hidden;
}

void overlay_writes(const CommitRequest::Writes& writes, std::string_view prefix, std::size_t limit,
                    std::vector<Entry>& entries) {
  for (auto own = writes.lower_bound(prefix); own != writes.end() && own->first.starts_with(prefix); ++own) {
    const auto place = std::ranges::lower_bound(entries, own->first, {}, &Entry::key);
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

}  // namespace contend::kv_store
