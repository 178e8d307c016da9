#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// Versions are numbers of each store's own making: only which of them are equal, and their order within a key, has
// meaning. Numbers the versions of each key by first appearance.
class VersionNames {
 public:
  std::size_t name(const std::string& key, Version version) {
    if (version == 0) return 0;
    auto& seen = seen_[key];
    const auto place = seen.find(version);
    if (place != seen.end()) return place->second;
    return seen[version] = seen.size() + 1;
  }
  // Whether it is greater than all that the key ever showed, as one must be that a write has just made.
  bool is_new(const std::string& key, Version version) {
    const auto& seen = seen_[key];
    return seen.empty() || version > seen.rbegin()->first;
  }
  // The version that was given this number, or 0.
  Version version(const std::string& key, std::size_t number) const {
    const auto seen = seen_.find(key);
    if (seen == seen_.end()) return 0;
    for (const auto& [version, name] : seen->second) {
      if (name == number) return version;
    }
    return 0;
  }

 private:
  std::map<std::string, std::map<Version, std::size_t>> seen_;
};

// One store with what it needs to answer in words that can be compared.
struct Side {
  std::unique_ptr<Store> store;
  OfferedParts<Part> offered;  // by the one that is tested: more is not compared
  VersionNames versions;
  std::unique_ptr<Snapshot> snapshot;
  std::unique_ptr<Transaction> transaction;

  std::string say(const std::string& key, const Answer& answer, const std::string& value) {
    if (!offered.has(Part::versions)) return fmt::format("{} value='{}'", to_string(answer.status), value);
    const bool written = answer.version != 0 && answer.version != answer.previous;
    const bool wrong = written && !versions.is_new(key, answer.version);
    return fmt::format("{} version={}{} previous={} value='{}'", to_string(answer.status),
                       versions.name(key, answer.version), wrong ? ", less than one before," : "",
                       versions.name(key, answer.previous), value);
  }
  std::string say(const std::vector<Entry>& entries) {
    std::string text;
    for (const Entry& entry : entries) {
      text += fmt::format("{}@{}={} ", entry.key,
                          offered.has(Part::versions) ? versions.name(entry.key, entry.version) : 0, entry.value);
    }
    return text;
  }
};

enum class Kind : std::uint8_t {
  get,
  set,
  put_if_absent,
  compare_and_set,
  erase,
  scan,
  expire,
  size,
  snapshot,
  get_of_snapshot,
  scan_of_snapshot,
  begin,
  get_in_transaction,
  set_in_transaction,
  erase_in_transaction,
  scan_in_transaction,
  commit
};
inline bool is_of_transaction(Kind kind) {
  return kind >= Kind::get_in_transaction;
}
inline bool is_offered(Kind kind, const OfferedParts<Part>& offered) {
  if (kind >= Kind::begin) return offered.has(Part::transactions);
  switch (kind) {
    case Kind::put_if_absent:
      return offered.has(Part::put_if_absent);
    case Kind::compare_and_set:
      return offered.has(Part::compare_and_set);
    case Kind::scan:
      return offered.has(Part::scan);
    case Kind::expire:
      return offered.has(Part::expire);
    case Kind::size:
      return offered.has(Part::size);
    case Kind::snapshot:
    case Kind::get_of_snapshot:
    case Kind::scan_of_snapshot:
      return offered.has(Part::snapshots);
    default:
      return true;
  }
}

// One drawn operation: applied to both sides with the same arguments.
struct Operation {
  Kind kind = Kind::get;
  std::string key;
  std::string value;
  DurationNs ttl_ns = forever;
  TimeNs now_ns = 0;
  std::size_t limit = 0;
  std::size_t version = 0;  // as VersionNames numbers them

  std::string prefix() const { return key.substr(0, 1); }
};

// Keys are bytes, and one of them is longer than a line.
inline std::string told(const std::string& bytes) {
  if (bytes.size() > 40) return fmt::format("{} times '{}'", bytes.size(), bytes.front());
  std::string text = "'";
  for (const char byte : bytes) {
    text += byte >= ' ' && byte <= '~'
                ? std::string(1, byte)
                : fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<std::uint8_t>(byte)));
  }
  return text + "'";
}

inline std::string told(const Operation& op) {
  const std::string ttl = op.ttl_ns == forever ? "" : fmt::format(", ttl {}", op.ttl_ns);
  const std::string now = fmt::format(" at {}", op.now_ns);
  switch (op.kind) {
    case Kind::get:
      return fmt::format("get({}){}", told(op.key), now);
    case Kind::set:
      return fmt::format("set({}, {}{}){}", told(op.key), op.value, ttl, now);
    case Kind::put_if_absent:
      return fmt::format("put_if_absent({}, {}{}){}", told(op.key), op.value, ttl, now);
    case Kind::compare_and_set:
      return fmt::format("compare_and_set({}, version {}, {}{}){}", told(op.key), op.version, op.value, ttl, now);
    case Kind::erase:
      return fmt::format("erase({}){}", told(op.key), now);
    case Kind::scan:
      return fmt::format("scan({}, limit {}){}", told(op.prefix()), op.limit, now);
    case Kind::expire:
      return fmt::format("expire(budget {}), then the rest,{}", op.limit, now);
    case Kind::size:
      return "size()" + now;
    case Kind::snapshot:
      return "snapshot = snapshot()" + now;
    case Kind::get_of_snapshot:
      return fmt::format("snapshot.get({})", told(op.key));
    case Kind::scan_of_snapshot:
      return fmt::format("snapshot.scan({}, limit {})", told(op.prefix()), op.limit);
    case Kind::begin:
      return "transaction = begin()" + now;
    case Kind::get_in_transaction:
      return fmt::format("transaction.get({})", told(op.key));
    case Kind::set_in_transaction:
      return fmt::format("transaction.set({}, {}{})", told(op.key), op.value, ttl);
    case Kind::erase_in_transaction:
      return fmt::format("transaction.erase({})", told(op.key));
    case Kind::scan_in_transaction:
      return fmt::format("transaction.scan({}, limit {})", told(op.prefix()), op.limit);
    case Kind::commit:
      return "transaction.commit()";
  }
  return "?";
}

inline std::string run_of_transaction(Side& side, const Operation& op) {
  if (side.transaction == nullptr) return "";
  std::string value;
  std::vector<Entry> entries;
  switch (op.kind) {
    case Kind::get_in_transaction: {
      const Answer answer = side.transaction->get(op.key, value);
      return side.say(op.key, answer, value);
    }
    case Kind::set_in_transaction:
      return side.say(op.key, side.transaction->set(op.key, op.value, op.ttl_ns), "");
    case Kind::erase_in_transaction:
      return side.say(op.key, side.transaction->erase(op.key), "");
    case Kind::scan_in_transaction:
      side.transaction->scan(op.prefix(), op.limit, entries);
      return side.say(entries);
    default: {
      const Status status = side.transaction->commit();
      side.transaction.reset();
      return std::string(to_string(status));
    }
  }
}

inline std::string run(Side& side, const Operation& op) {
  std::string value;
  std::vector<Entry> entries;
  switch (op.kind) {
    case Kind::get: {
      const Answer answer = side.store->get(op.key, op.now_ns, value);
      return side.say(op.key, answer, value);
    }
    case Kind::set:
      return side.say(op.key, side.store->set(op.key, op.value, op.ttl_ns, op.now_ns), "");
    case Kind::put_if_absent:
      return side.say(op.key, side.store->put_if_absent(op.key, op.value, op.ttl_ns, op.now_ns), "");
    case Kind::compare_and_set: {
      const Version expected = side.versions.version(op.key, op.version);
      const Answer answer = side.store->compare_and_set(op.key, expected, op.value, op.ttl_ns, op.now_ns, value);
      return side.say(op.key, answer, value);
    }
    case Kind::erase: {
      const Answer answer = side.store->erase(op.key, op.now_ns);
      return side.offered.has(Part::answer_of_erase) ? side.say(op.key, answer, "") : "erased";
    }
    case Kind::scan:
      side.store->scan(op.prefix(), op.limit, op.now_ns, entries);
      return side.say(entries);
    case Kind::expire: {
      const ExpireAnswer answer = side.store->expire(op.limit, op.now_ns);
      // Which ones a small budget removes is left open, so the rest goes before a time that lies back could tell.
      const ExpireAnswer rest = side.store->expire(1000, op.now_ns);
      return fmt::format("removed={} more={} rest={}", answer.removed, answer.more, rest.removed);
    }
    case Kind::size:
      return fmt::format("live={}", side.store->size(op.now_ns).live);
    case Kind::snapshot:
      side.snapshot = side.store->snapshot(op.now_ns);
      return "snapshot";
    case Kind::get_of_snapshot: {
      if (side.snapshot == nullptr) return "";
      const Answer answer = side.snapshot->get(op.key, value);
      return side.say(op.key, answer, value);
    }
    case Kind::scan_of_snapshot:
      if (side.snapshot == nullptr) return "";
      side.snapshot->scan(op.prefix(), op.limit, entries);
      return side.say(entries);
    case Kind::begin:
      side.transaction = side.store->begin(op.now_ns);
      return "begin";
    default:
      return run_of_transaction(side, op);
  }
}

}  // namespace contend::kv_store
