#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"

// A store written from kv_store.hpp alone, which shares no code with the designs: what they get wrong together, it shows.
namespace contend::kv_store::model {

struct Cell {
  std::string value;
  Version version = 0;
  std::optional<TimeNs> deadline_ns;  // none: for ever
};
using Cells = std::map<std::string, Cell>;

inline bool alive(const Cell& cell, TimeNs now_ns) {
  return !cell.deadline_ns || now_ns < *cell.deadline_ns;
}
inline bool begins(const std::string& key, const std::string& prefix) {
  return key.compare(0, prefix.size(), prefix) == 0;
}

// The first live cells under a prefix.
inline std::vector<Entry> first_of(const Cells& cells, const std::string& prefix, std::size_t limit, TimeNs now_ns) {
  std::vector<Entry> found;
  for (const auto& [key, cell] : cells) {
    if (found.size() < limit && begins(key, prefix) && alive(cell, now_ns)) {
      found.push_back({key, cell.value, cell.version});
    }
  }
  return found;
}

class Model {
 public:
  Answer get(const std::string& key, TimeNs now_ns, std::string& value) {
    meet(key, now_ns);
    if (!cells_.contains(key)) return {Status::absent};
    value = cells_[key].value;
    return {Status::ok, cells_[key].version, cells_[key].version};
  }
  Answer set(const std::string& key, const std::string& value, DurationNs ttl_ns, TimeNs now_ns) {
    if (ttl_ns <= 0) return {Status::invalid_ttl};
    meet(key, now_ns);
    const Version previous = version(key);
    std::optional<TimeNs> deadline_ns;
    if (ttl_ns != forever) deadline_ns = now_ns + ttl_ns;
    cells_[key] = {value, ++last_version_, deadline_ns};
    return {Status::ok, last_version_, previous};
  }
  Answer put_if_absent(const std::string& key, const std::string& value, DurationNs ttl_ns, TimeNs now_ns) {
    if (ttl_ns <= 0) return {Status::invalid_ttl};
    meet(key, now_ns);
    if (version(key) != 0) return {Status::exists, version(key), version(key)};
    return set(key, value, ttl_ns, now_ns);
  }
  Answer compare_and_set(const std::string& key, Version expected, const std::string& value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) {
    if (ttl_ns <= 0) return {Status::invalid_ttl};
    meet(key, now_ns);
    if (version(key) == expected) return set(key, value, ttl_ns, now_ns);
    if (version(key) != 0) current = cells_[key].value;
    return {Status::version_mismatch, version(key), version(key)};
  }
  Answer erase(const std::string& key, TimeNs now_ns) {
    meet(key, now_ns);
    const Version removed = version(key);
    cells_.erase(key);
    return removed == 0 ? Answer{Status::absent} : Answer{Status::ok, 0, removed};
  }
  std::vector<Entry> scan(const std::string& prefix, std::size_t limit, TimeNs now_ns) {
    const std::vector<Entry> found = first_of(cells_, prefix, limit, now_ns);
    if (limit != 0) {
      std::erase_if(cells_, [&](const auto& cell) {
        const bool met = found.size() < limit || cell.first <= found.back().key;
        return begins(cell.first, prefix) && met && !alive(cell.second, now_ns);
      });
    }
    return found;
  }
  // All that has expired.
  std::size_t expire(TimeNs now_ns) {
    return std::erase_if(cells_, [&](const auto& cell) { return !alive(cell.second, now_ns); });
  }
  std::size_t size() const { return cells_.size(); }
  const Cells& cells() const { return cells_; }
  Version version(const std::string& key) const {
    const auto place = cells_.find(key);
    return place == cells_.end() ? 0 : place->second.version;
  }

 private:
  void meet(const std::string& key, TimeNs now_ns) {
    const auto place = cells_.find(key);
    if (place != cells_.end() && !alive(place->second, now_ns)) cells_.erase(place);
  }

  Cells cells_;
  Version last_version_ = 0;
};

// A transaction on the model, which nobody else uses meanwhile but through `model`.
class ModelTransaction {
 public:
  ModelTransaction(Model& model, TimeNs now_ns, bool serializable)
      : model_(model), now_ns_(now_ns), serializable_(serializable), begun_(model.cells()) {}

  Answer get(const std::string& key, std::string& value) {
    if (const auto own = writes_.find(key); own != writes_.end()) {
      if (!own->second) return {Status::absent};
      value = own->second->first;
      return {Status::ok};
    }
    if (!serializable_) {  // reads at one instant; what has expired is removed all the same
      const auto cell = begun_.find(key);
      if (cell != begun_.end() && alive(cell->second, now_ns_)) {
        value = cell->second.value;
        return {Status::ok, cell->second.version, cell->second.version};
      }
      std::string ignored;
      model_.get(key, now_ns_, ignored);
      return {Status::absent};
    }
    const Answer answer = model_.get(key, now_ns_, value);
    reads_.emplace_back(key, answer.version);
    return answer;
  }
  Answer set(const std::string& key, const std::string& value, DurationNs ttl_ns) {
    if (ttl_ns <= 0) return {Status::invalid_ttl};
    std::string ignored;
    const Version previous = get(key, ignored).version;
    writes_[key] = {value, ttl_ns};
    return {Status::ok, 0, previous};
  }
  Answer erase(const std::string& key) {
    std::string ignored;
    const Answer before = get(key, ignored);
    if (before.status != Status::ok) return {Status::absent};
    writes_[key] = std::nullopt;
    return {Status::ok, 0, before.version};
  }
  std::vector<Entry> scan(const std::string& prefix, std::size_t limit) {
    if (limit == 0) return {};
    const Cells& seen = serializable_ ? model_.cells() : begun_;
    std::map<std::string, Entry> whole;
    for (const Entry& entry : first_of(seen, prefix, seen.size(), now_ns_)) whole[entry.key] = entry;
    for (const auto& [key, write] : writes_) {
      if (!begins(key, prefix)) continue;
      if (write) {
        whole[key] = {key, write->first, 0};
      } else {
        whole.erase(key);
      }
    }
    std::vector<Entry> shown;
    for (const auto& [key, entry] : whole) {
      if (shown.size() < limit) shown.push_back(entry);
    }
    Seen scanned{prefix, std::nullopt, {}};
    if (shown.size() == limit) scanned.last = shown.back().key;
    scanned.found = scanned.now_in(model_.cells(), now_ns_);
    scans_.push_back(scanned);
    return shown;
  }
  Status commit() {
    if (serializable_) {
      for (const auto& [key, version] : reads_) {
        const auto cell = model_.cells().find(key);
        const bool there = cell != model_.cells().end() && alive(cell->second, now_ns_);
        if ((there ? cell->second.version : 0) != version) return Status::conflict;
      }
      for (const Seen& scanned : scans_) {
        if (scanned.now_in(model_.cells(), now_ns_) != scanned.found) return Status::conflict;
      }
    } else {
      for (const auto& [key, write] : writes_) {
        const auto old = begun_.find(key);
        const bool was = old != begun_.end() && alive(old->second, now_ns_);
        const Version now = model_.version(key);
        // Written or erased by others: not what had expired for this transaction, and is gone.
        if (now != 0 ? old == begun_.end() || old->second.version != now : was) return Status::conflict;
      }
    }
    for (const auto& [key, write] : writes_) {
      if (write) {
        model_.set(key, write->first, write->second, now_ns_);
      } else {
        model_.erase(key, now_ns_);
      }
    }
    return Status::ok;
  }

 private:
  struct Seen {
    std::string prefix;
    std::optional<std::string> last;
    std::vector<std::pair<std::string, Version>> found;

    std::vector<std::pair<std::string, Version>> now_in(const Cells& cells, TimeNs now_ns) const {
      std::vector<std::pair<std::string, Version>> in;
      for (const auto& [key, cell] : cells) {
        if (begins(key, prefix) && (!last || key <= *last) && alive(cell, now_ns)) in.emplace_back(key, cell.version);
      }
      return in;
    }
  };

  Model& model_;
  const TimeNs now_ns_;
  const bool serializable_;
  const Cells begun_;
  std::map<std::string, std::optional<std::pair<std::string, DurationNs>>> writes_;  // nothing: erased
  std::vector<std::pair<std::string, Version>> reads_;
  std::vector<Seen> scans_;
};

}  // namespace contend::kv_store::model
