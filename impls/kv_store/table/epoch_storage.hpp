#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/sync/epochs.hpp"

namespace contend::kv_store {

// A storage of a Table whose values can also be read by threads that hold no lock: `read` and `allow_unlocked_reads`
// are in addition; all the rest needs the caller's lock.
//
// Key, value, version and deadline of a node never change once it is published: a write replaces the node, and the old
// one is freed when no reader can be at it any more. Nodes hang in hash chains. Growing links the same nodes into a
// larger array of chains by their second link, so readers of the old array go on undisturbed (H. Xu's scheme in the
// Linux kernel, 2010); the array grows again only when the old one has no readers left.
//
// Complexity: read and find O(1) expected; creating and removing a node O(log n) for the order of keys.
// Memory: a node with two strings an entry. What has been replaced or erased is freed by the next write once nobody
// reads that was reading then; until 16 KiB have come together it waits, so that not every write looks at all readers.
class EpochStorage {
 public:
  struct Node : TableEntry {
    std::uint64_t hash = 0;
    std::array<std::atomic<Node*>, 2> next{};  // one for each of two arrays of chains
    Node* retired_after = nullptr;
    RetireStamp retired_at = 0;
  };
  using Room = std::unique_ptr<Node>;
  static constexpr bool reads_without_lock = true;

  explicit EpochStorage(std::size_t expected_entries);
  ~EpochStorage();
  EpochStorage(const EpochStorage&) = delete;
  EpochStorage& operator=(const EpochStorage&) = delete;

  // Needs no lock. The answer of get, or nothing where only a get under the lock can tell: the key has expired and has
  // to be removed, or unlocked reads are stopped.
  //
  // It is linearizable although it walks a chain that changes: every node it comes to was in the live chain at some
  // moment since the call began, because a node's links stay as they were when it was unlinked. The flag is looked at
  // after the value, so a value that a group of writes has published is not answered before the group is complete.
  std::optional<Answer> read(std::string_view key, TimeNs now_ns, std::string& value) const;
  void allow_unlocked_reads(bool allowed) noexcept { readable_ = allowed; }

  Node* find(std::string_view key) const noexcept;
  Node* first(std::string_view key) const noexcept { return order_.first(key); }
  Node* next(const Node& node) const noexcept { return order_.next(node); }
  std::size_t size() const noexcept { return order_.size(); }

  Room room(const Node* place, std::string_view key, std::string_view value) const;
  Node& write(Node* place, Room room, Version version, TimeNs deadline_ns) noexcept;
  void erase(Node& node) noexcept;
  void tidy() noexcept;

 private:
  struct Chains {
    Chains(std::size_t count, std::size_t link_used) : link(link_used), heads(count) {}
    std::atomic<Node*>& head_of(std::uint64_t hash) const;

    const std::size_t link;  // which of a node's links these chains go by
    mutable std::vector<std::atomic<Node*>> heads;
  };

  // The link that points to `node` in the chain of its key.
  std::atomic<Node*>& link_to(const Node& node) noexcept;
  void retire(Node& node) noexcept;
  void grow_if_full() noexcept;

  const BytesHash hash_{};
  std::atomic<bool> readable_{true};
  std::atomic<Chains*> chains_;
  std::unique_ptr<Chains> current_;
  std::unique_ptr<Chains> outgrown_;  // readers may still be in it
  RetireStamp outgrown_at_ = 0;
  KeyOrder<Node> order_;
  // What has left, oldest first, linked by retired_after.
  Node* oldest_retired_ = nullptr;
  Node* newest_retired_ = nullptr;
  std::size_t retired_bytes_ = 0;
};

using EpochTable = Table<EpochStorage>;
extern template class Table<EpochStorage>;

}  // namespace contend::kv_store
