#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/kv_store/operations.hpp"
#include "bench/workload/callers.hpp"
#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// A value begins with the number of its key, where it is long enough.
inline void mark(std::string& value, std::uint32_t number) {
  if (value.size() >= sizeof number) std::memcpy(value.data(), &number, sizeof number);
}
inline bool is_value_of(std::uint32_t number, std::string_view value) {
  return value.size() < sizeof number || std::memcmp(value.data(), &number, sizeof number) == 0;
}

// The names of the keys that a caller inserts: all different, in no order, below one folder.
class NewKeys {
 public:
  explicit NewKeys(int caller) : first_(static_cast<std::uint64_t>(caller + 1) << 40) {}

  // Valid until the next call.
  std::string_view operator[](std::uint64_t number) {
    std::uint64_t bits = mix_bits(first_ + number);
    for (std::size_t i = name_.size(); i-- > folder.size(); bits >>= 4) name_[i] = "0123456789abcdef"[bits & 15];
    return {name_.data(), name_.size()};
  }

 private:
  static constexpr std::string_view folder = "/new/";
  const std::uint64_t first_;
  std::array<char, 5 + 16> name_{'/', 'n', 'e', 'w', '/'};
};

// Where a workload's keys and operations come from. The keys outlive all that is made of them.
struct Source {
  const KeySpace& keys;
  std::function<Ring<Operation>(int caller, std::uint64_t seed)> ring;
};

class StoreCaller : public RingCaller<Operation> {
 public:
  StoreCaller(Store& store, const Mix& mix, OfferedParts<Part> offered, const Source& source, int number,
              std::uint64_t seed)
      : RingCaller(source.ring(number, seed)),
        store_(store),
        mix_(mix),
        versions_(offered.has(Part::versions)),
        keys_(source.keys),
        new_keys_(number),
        value_(mix.longest_value(), 'v') {}

  // Commits tried, and those that met a conflict.
  std::uint64_t commits() const { return commits_; }
  std::uint64_t conflicts() const { return conflicts_; }
  // Keys that came with a write, and that went with an erase; those in transactions are not known.
  std::uint64_t created() const { return created_; }
  std::uint64_t erased() const { return erased_; }
  // Different keys that were inserted.
  std::uint64_t inserted() const { return std::min<std::uint64_t>(inserts_, mix_.keys); }

  void call(Cursor& cursor) {
    const Operation& op = cursor.next();
    const TimeNs now_ns = cursor.now_ns();
    switch (op.kind) {
      case Kind::get:
        return get(op, cursor);
      case Kind::set:
        return note_write(cursor, store_.set(op.key, value_of(op), ttl_ns_of(op), now_ns));
      case Kind::insert:
        return insert(op, cursor);
      case Kind::put_if_absent:
        return note_write(cursor, store_.put_if_absent(op.key, value_of(op), ttl_ns_of(op), now_ns));
      case Kind::compare_and_set: {
        const Version seen = store_.get(op.key, now_ns, read_).version;
        return note_write(cursor, store_.compare_and_set(op.key, seen, value_of(op), ttl_ns_of(op), now_ns, read_));
      }
      case Kind::erase:
        if (store_.erase(op.key, now_ns).status == Status::ok) ++erased_;
        return;
      case Kind::scan:
        store_.scan(folder_of(op), mix_.scan_entries, now_ns, entries_);
        return look_at_list(op, cursor);
      case Kind::transaction:
      case Kind::transaction_scan:
      case Kind::transaction_erase:
        return transact(op, cursor);
      case Kind::snapshot:
        return look_at(op.key_number, store_.snapshot(now_ns)->get(op.key, read_).status, cursor);
      case Kind::snapshot_scan:
        store_.snapshot(now_ns)->scan(folder_of(op), mix_.scan_entries, entries_);
        return look_at_list(op, cursor);
      case Kind::expire:
        store_.expire(64, now_ns);
        return;
      case Kind::size:
        const Size size = store_.size(now_ns);
        if (cursor.sampled())
          expect(size.live >= mix_.keys || !mix_.keeps_all(), "fewer keys were counted than there are");
        return;
    }
  }

 private:
  void get(const Operation& op, const Cursor& cursor) {
    if (mix_.popular == Popular::newest && op.key_number < inserted()) {
      const std::uint64_t newest = (inserts_ - 1 - op.key_number) % mix_.keys;
      const Status status = store_.get(new_keys_[newest], cursor.now_ns(), read_).status;
      return look_at(static_cast<std::uint32_t>(newest), status, cursor);
    }
    look_at(op.key_number, store_.get(op.key, cursor.now_ns(), read_).status, cursor);
  }
  void insert(const Operation& op, const Cursor& cursor) {
    const std::uint64_t number = inserts_ % mix_.keys;
    mark(value_, static_cast<std::uint32_t>(number));
    const std::string_view value(value_.data(), op.value_bytes);
    const Answer answer = store_.put_if_absent(new_keys_[number], value, ttl_ns_of(op), cursor.now_ns());
    if (inserts_ < mix_.keys) expect(answer.status == Status::ok, "a new key was there already");
    ++inserts_;
    note_write(cursor, answer);
  }
  void transact(const Operation& op, const Cursor& cursor) {
    const auto transaction = store_.begin(cursor.now_ns());
    if (op.kind == Kind::transaction_scan) {
      transaction->scan(folder_of(op), mix_.scan_entries, entries_);
      look_at_list(op, cursor);
    } else if (op.kind == Kind::transaction_erase) {
      transaction->erase(op.key);
    } else {
      read_and_write(*transaction, op, cursor);
    }
    if (op.rolls_back) return transaction->rollback();
    ++commits_;
    if (transaction->commit() == Status::conflict) ++conflicts_;
  }
  void read_and_write(Transaction& transaction, const Operation& op, const Cursor& cursor) {
    for (std::size_t i = 0; i < mix_.reads; ++i) {
      const std::uint32_t number = i == 0 ? op.key_number : other_key(op, mix_.writes + i);
      const Status status = transaction.get(i == 0 ? op.key : keys_[number], read_).status;
      look_at(number, status, cursor);
    }
    for (std::size_t i = 0; i < mix_.writes; ++i) {
      const std::uint32_t number = other_key(op, i);
      mark(value_, number);
      transaction.set(keys_[number], {value_.data(), op.value_bytes}, ttl_ns_of(op));
    }
  }

  std::uint32_t other_key(const Operation& op, std::size_t i) const {
    constexpr std::size_t stride = 7919;  // far apart
    return static_cast<std::uint32_t>((op.other_number + i * stride) % mix_.wanted());
  }
  static std::string_view folder_of(const Operation& op) { return op.key.substr(0, op.key.rfind('/') + 1); }
  DurationNs ttl_ns_of(const Operation& op) const { return op.expires ? mix_.ttl : forever; }
  std::string_view value_of(const Operation& op) {
    mark(value_, op.key_number);
    return {value_.data(), op.value_bytes};
  }

  void note_write(const Cursor& cursor, const Answer& answer) {
    if (answer.status == Status::ok && answer.previous == 0) ++created_;
    if (cursor.sampled() && versions_)
      expect(answer.version > answer.previous || answer.status != Status::ok, "a write got no new version");
  }
  void look_at(std::uint32_t number, Status status, const Cursor& cursor) {
    if (!cursor.sampled()) return;
    if (number == no_key) return expect(status == Status::absent, "a key was read that nobody has written");
    expect(status == Status::ok || !mix_.keeps_all(), "a key was absent that nobody erases");
    expect(status != Status::ok || is_value_of(number, read_), "a value was read that was set under another key");
  }
  void look_at_list(const Operation& op, const Cursor& cursor) {
    if (!cursor.sampled()) return;
    expect(!entries_.empty() || !mix_.keeps_all(), "a folder was listed as empty that holds a key");
    expect(entries_.size() <= mix_.scan_entries, "more was listed than was asked for");
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      expect(entries_[i].key.starts_with(folder_of(op)), "a key was listed that is not in the folder");
      expect(i == 0 || entries_[i - 1].key < entries_[i].key, "a list is out of order");
    }
  }

  Store& store_;
  const Mix mix_;
  const bool versions_;
  const KeySpace& keys_;
  NewKeys new_keys_;
  std::string value_;  // what is set; its first bytes name the key
  std::string read_;
  std::vector<Entry> entries_;
  std::uint64_t commits_ = 0;
  std::uint64_t conflicts_ = 0;
  std::uint64_t created_ = 0;
  std::uint64_t erased_ = 0;
  std::uint64_t inserts_ = 0;
};

}  // namespace contend::kv_store
