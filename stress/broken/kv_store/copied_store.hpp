#pragma once

#include <array>
#include <mutex>
#include <optional>

#include "stress/broken/kv_store/forwarding_store.hpp"

namespace contend::kv_store {

// A store whose values under keys of one byte, if they do not expire, are also kept in cells that readers look at
// without a lock. Correct as long as the cell is; broken ones bring a broken cell:
//
//   std::optional<CopiedValue> read() const     from any thread; nothing: ask the store
//   publish(Version, std::string_view), clear() by one thread at a time
struct CopiedValue {
  Version version = 0;
  std::string value;
};

template <class Cell>
class CopiedStore final : public ForwardingStore {
 public:
  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (key.size() == 1) {
      if (const auto copied = cell_of(key).read()) {
        value = copied->value;
        return {Status::ok, copied->version, copied->version};
      }
    }
    return inner_->get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, [&] { return inner_->set(key, value, ttl_ns, now_ns); });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, [&] { return inner_->put_if_absent(key, value, ttl_ns, now_ns); });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return write(key, value, ttl_ns,
                 [&] { return inner_->compare_and_set(key, expected, value, ttl_ns, now_ns, current); });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    return write(key, "", 1, [&] { return inner_->erase(key, now_ns); });
  }

 private:
  // The cell is cleared before the store changes, so what readers find in a cell is in the store as well.
  template <class Change>
  Answer write(std::string_view key, std::string_view value, DurationNs ttl_ns, Change change) {
    if (key.size() != 1) return change();
    const std::scoped_lock lock(writing_);
    cell_of(key).clear();
    const Answer answer = change();
    if (answer.status == Status::ok && ttl_ns == forever) cell_of(key).publish(answer.version, value);
    return answer;
  }
  Cell& cell_of(std::string_view key) { return cells_[static_cast<unsigned char>(key[0])]; }

  std::mutex writing_;
  std::array<Cell, 256> cells_;
};

}  // namespace contend::kv_store
