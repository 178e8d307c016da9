#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// A snapshot that owns a sorted copy of all live entries. Taking it costs O(n) time and memory; reading it needs no
// synchronisation at all.
class FrozenSnapshot final : public Snapshot {
 public:
  // Requires `entries` sorted by key, each key once.
  explicit FrozenSnapshot(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  Answer get(std::string_view key, std::string& value) const override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    const auto place = std::ranges::lower_bound(entries_, key, {}, key_of);
    if (place == entries_.end() || place->key != key) return {Status::absent};
    value = place->value;
    return {Status::ok, place->version, place->version};
  }

  void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) const override {
    entries.clear();
    if (check_input(prefix) != Status::ok) return;
    for (auto place = std::ranges::lower_bound(entries_, prefix, {}, key_of);
         entries.size() < limit && place != entries_.end() && place->key.starts_with(prefix); ++place) {
      entries.push_back(*place);
    }
  }

 private:
  static std::string_view key_of(const Entry& entry) { return entry.key; }

  const std::vector<Entry> entries_;
};

}  // namespace contend::kv_store
