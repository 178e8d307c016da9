#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "impls/support/epochs.hpp"

namespace contend {

// A Table (table.hpp) whose values can also be read by threads that hold no lock: `read` and `allow_unlocked_reads` are
// in addition; all the rest has the same meaning as there and needs the caller's lock.
//
// Every value is a node that never changes once it is published: a write replaces the node, and the old one is freed
// when no reader can be at it any more. Nodes hang in hash chains. Growing links the same nodes into a larger array of
// chains by their second link, so readers of the old array go on undisturbed (H. Xu's scheme in the Linux kernel,
// 2010); the array grows again only when the old one has no readers left. Complexity: read O(1) expected; writes O(log
// n) for the ordered index. Memory: two strings of the key, one of the value and two tree nodes an entry, and what is
// retired while a reader stalls.
class EpochTable {
 public:
  static constexpr bool reads_without_lock = true;

  EpochTable();
  ~EpochTable();
  EpochTable(const EpochTable&) = delete;
  EpochTable& operator=(const EpochTable&) = delete;

  // Needs no lock. The answer of get, or nothing where only a get under the lock can tell: the key has expired and has
  // to be removed, or unlocked reads are stopped.
  //
  // It is linearizable although it walks a chain that changes: every node it comes to was in the live chain at some
  // moment since the call began, because a node's links stay as they were when it was unlinked. The flag is looked at
  // after the value, so a value that a group of writes has published is not answered before the group is complete.
  std::optional<KvAnswer> read(std::string_view key, TimeNs now_ns, std::string& value) const;
  void allow_unlocked_reads(bool allowed) { readable_ = allowed; }

  KvAnswer get(std::string_view key, TimeNs now_ns, std::string& value);
  KvAnswer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  KvAnswer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  KvAnswer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                           TimeNs now_ns, std::string& current);
  KvAnswer erase(std::string_view key, TimeNs now_ns);
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns);
  KvSize size(TimeNs now_ns);
  void peek_scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries,
                 bool& met_expired) const;
  void drop_expired(std::string_view prefix, const std::string* last, TimeNs now_ns);
  void copy_live(TimeNs now_ns, std::vector<KvEntry>& entries) const;

 private:
  struct Node {
    std::string key;
    std::string value;
    Version version = 0;
    TimeNs deadline_ns = never;
    std::array<std::atomic<Node*>, 2> next{};  // one for each of two arrays of chains
  };
  struct Chains {
    Chains(std::size_t count, std::size_t link_used) : link(link_used), heads(count) {}
    std::atomic<Node*>& head_of(std::string_view key) const;

    const std::size_t link;  // which of a node's links these chains go by
    mutable std::vector<std::atomic<Node*>> heads;
  };
  using Order = std::map<std::string, Node*, std::less<>>;

  Order::iterator find_live(std::string_view key, TimeNs now_ns);
  // 0 where there is nothing alive.
  Version live_version(Order::iterator place, TimeNs now_ns) const;
  // Replaces what is at `place`, dead or alive, in one step: removing an expired value first would show readers without
  // a lock a moment in which the key is absent, though no operation has left it so.
  KvAnswer write(Order::iterator place, std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns);
  void remove(Order::iterator place);
  // The link that points to `node` in the chain of its key.
  std::atomic<Node*>& link_to(const Node& node);
  void retire(Node* node) noexcept;
  void free_retired();
  void grow();

  std::atomic<bool> readable_{true};
  std::atomic<Chains*> chains_;
  std::unique_ptr<Chains> current_;
  std::unique_ptr<Chains> outgrown_;  // readers may still be in it
  RetireStamp outgrown_at_ = 0;
  Order order_;
  std::set<std::pair<TimeNs, std::string_view>> deadlines_;  // views into the keys of order_
  std::vector<std::pair<RetireStamp, Node*>> retired_;       // oldest first; always with room for one more
  Version last_version_ = 0;
};

}  // namespace contend
