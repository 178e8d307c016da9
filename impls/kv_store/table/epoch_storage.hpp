#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/sync/epochs.hpp"

namespace contend::kv_store {

// A storage of a Table whose values can also be read by threads that hold no lock: `read` and `allow_unlocked_reads`
// are in addition; all the rest needs the caller's lock.
//
// Every value is a node that never changes once it is published: a write replaces the node, and the old one is freed
// when no reader can be at it any more. Nodes hang in hash chains. Growing links the same nodes into a larger array of
// chains by their second link, so readers of the old array go on undisturbed (H. Xu's scheme in the Linux kernel,
// 2010); the array grows again only when the old one has no readers left. Complexity: read O(1) expected; writes O(log
// n) for the ordered index. Memory: two strings of the key, one of the value and a tree node an entry, and what is
// retired while a reader stalls.
class EpochStorage {
 private:
  struct Node {
    std::string key;
    TableEntry entry;
    std::array<std::atomic<Node*>, 2> next{};  // one for each of two arrays of chains
  };

 public:
  static constexpr bool reads_without_lock = true;
  using Entries = std::map<std::string, Node*, std::less<>>;

  EpochStorage();
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
  void allow_unlocked_reads(bool allowed) { readable_ = allowed; }

  const Entries& entries() const { return entries_; }
  Entries& entries() { return entries_; }
  static const TableEntry& entry(const Entries::value_type& place) { return place.second->entry; }
  Entries::iterator write(Entries::iterator place, std::string_view key, std::string_view value, Version version,
                          TimeNs deadline_ns);
  void erase(Entries::iterator place);

  template <class Visit>
  void walk(std::string_view first, Visit visit) const {
    for (auto place = entries_.lower_bound(first); place != entries_.end(); ++place) {
      if (!visit(place->first, entry(*place))) return;
    }
  }

 private:
  struct Chains {
    Chains(std::size_t count, std::size_t link_used) : link(link_used), heads(count) {}
    std::atomic<Node*>& head_of(std::string_view key) const;

    const std::size_t link;  // which of a node's links these chains go by
    mutable std::vector<std::atomic<Node*>> heads;
  };

  // The link that points to `node` in the chain of its key.
  std::atomic<Node*>& link_to(const Node& node);
  void retire(Node* node) noexcept;
  // Frees what nobody can read any more, and makes room for one more retirement.
  void free_retired();
  void grow();

  std::atomic<bool> readable_{true};
  std::atomic<Chains*> chains_;
  std::unique_ptr<Chains> current_;
  std::unique_ptr<Chains> outgrown_;  // readers may still be in it
  RetireStamp outgrown_at_ = 0;
  Entries entries_;
  std::vector<std::pair<RetireStamp, Node*>> retired_;  // oldest first
};

using EpochTable = Table<EpochStorage>;
extern template class Table<EpochStorage>;

}  // namespace contend::kv_store
