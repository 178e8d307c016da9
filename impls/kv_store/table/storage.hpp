#pragma once

#include <boost/intrusive/set.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "impls/base/hash_index.hpp"
#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// What a Table keeps of a key, with the links by which it stands in the order of keys and that of deadlines: so linking
// needs no memory, and cannot fail.
using KeyHook = boost::intrusive::set_base_hook<boost::intrusive::tag<struct KeyTag>,
                                                boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                                boost::intrusive::optimize_size<true>>;
using DeadlineHook = boost::intrusive::set_base_hook<boost::intrusive::tag<struct DeadlineTag>,
                                                     boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                                     boost::intrusive::optimize_size<true>>;
struct TableEntry : KeyHook, DeadlineHook {
  std::string key;
  std::string value;
  Version version = 0;
  TimeNs deadline_ns = never;
};

// Nodes in the order of their `key`, unsigned byte by unsigned byte.
template <class Node>
class KeyOrder {
 public:
  Node* find(std::string_view key) const noexcept {
    const auto place = nodes_.find(key, Less());
    return place == nodes_.end() ? nullptr : const_cast<Node*>(&*place);
  }
  // The first at or after `key`, and the next; null: there is none.
  Node* first(std::string_view key) const noexcept { return at(nodes_.lower_bound(key, Less())); }
  Node* next(const Node& node) const noexcept { return at(std::next(nodes_.iterator_to(node))); }

  void insert(Node& node) noexcept { nodes_.insert(node); }
  void replace(Node& old, Node& fresh) noexcept { nodes_.replace_node(nodes_.iterator_to(old), fresh); }
  void erase(Node& node) noexcept { nodes_.erase(nodes_.iterator_to(node)); }
  std::size_t size() const noexcept { return nodes_.size(); }

  // Forgets all nodes, and has `dispose` called for each.
  template <class Dispose>
  void clear(Dispose dispose) noexcept {
    nodes_.clear_and_dispose(dispose);
  }

 private:
  struct KeyOf {
    using type = std::string_view;
    type operator()(const Node& node) const { return node.key; }
  };
  using Less = std::less<>;
  using Nodes = boost::intrusive::set<Node, boost::intrusive::base_hook<KeyHook>, boost::intrusive::key_of_value<KeyOf>,
                                      boost::intrusive::compare<Less>>;

  Node* at(typename Nodes::const_iterator place) const noexcept {
    return place == nodes_.end() ? nullptr : const_cast<Node*>(&*place);
  }

  Nodes nodes_;
};

// What a Table asks of its storage, which owns the entries:
//   Node                     a TableEntry, and what the storage keeps beside
//   find(key)                the entry, or null
//   first(key), next(node)   in key order; null: no more
//   room(place, key, value)  what a write there needs and may be refused: a new node, or memory in the one at `place`
//   write(place, room, ...)  stores the value at `place`, or a new entry where that is null; cannot fail
//   erase(node)              cannot fail
//   tidy()                   frees what is kept for readers without a lock and no longer needed
//   reads_without_lock       whether it has `read` and `allow_unlocked_reads` too (epoch_storage.hpp)

// For storages that write over the old value. Its memory is used again where the new one fills at least half of it.
template <class Node>
struct RoomInPlace {
  std::unique_ptr<Node> fresh = nullptr;  // for an entry that comes
  std::string other = {};                 // for an entry whose memory does not fit
  bool fits = false;
  std::string_view value;  // of the caller

  RoomInPlace(const Node* place, std::string_view key, std::string_view new_value) : value(new_value) {
    constexpr std::size_t little = 64;
    if (place == nullptr) {
      fresh = std::make_unique<Node>();
      fresh->key = key;
      fresh->value = new_value;
    } else if (const std::size_t there = place->value.capacity();
               there < value.size() || there > 2 * value.size() + little) {
      other = new_value;
    } else {
      fits = true;
    }
  }

  // What the place holds now, or the new entry for it.
  Node& fill(Node* place, Version version, TimeNs deadline_ns) && noexcept {
    if (place == nullptr) {
      place = fresh.release();
    } else if (fits) {
      place->value = value;
    } else {
      place->value.swap(other);  // a short one that is moved would stay in the large memory
    }
    place->version = version;
    place->deadline_ns = deadline_ns;
    return *place;
  }
};

// A tree: everything O(log n), and scans walk it as it is.
class OrderedStorage {
 public:
  static constexpr bool reads_without_lock = false;
  using Node = TableEntry;
  using Room = RoomInPlace<Node>;

  explicit OrderedStorage(std::size_t /*expected_entries*/) {}
  ~OrderedStorage() { order_.clear(std::default_delete<Node>()); }
  OrderedStorage(const OrderedStorage&) = delete;
  OrderedStorage& operator=(const OrderedStorage&) = delete;

  Node* find(std::string_view key) const noexcept { return order_.find(key); }
  Node* first(std::string_view key) const noexcept { return order_.first(key); }
  Node* next(const Node& node) const noexcept { return order_.next(node); }
  std::size_t size() const noexcept { return order_.size(); }

  static Room room(const Node* place, std::string_view key, std::string_view value) { return {place, key, value}; }
  Node& write(Node* place, Room room, Version version, TimeNs deadline_ns) noexcept {
    Node& written = std::move(room).fill(place, version, deadline_ns);
    if (place == nullptr) order_.insert(written);
    return written;
  }
  void erase(Node& node) noexcept {
    order_.erase(node);
    delete &node;
  }
  static void tidy() noexcept {}

 private:
  KeyOrder<Node> order_;
};

// What stands in a table of hashes: its hash is kept, so that growing asks for none.
struct HashedNode : TableEntry, HashHook {
  std::uint64_t hash = 0;
};
struct HashedIdentity {
  static std::uint64_t hash(const HashedNode& node) { return node.hash; }
  static bool equal(const HashedNode& node, std::string_view key) { return node.key == key; }
};

// A hash table with the order of keys beside it: finding O(1) expected, while creating and removing an entry also costs
// O(log n).
class HashedStorage {
 public:
  static constexpr bool reads_without_lock = false;
  using Node = HashedNode;
  using Room = RoomInPlace<Node>;

  explicit HashedStorage(std::size_t expected_entries) : index_(expected_entries) {}
  ~HashedStorage() { order_.clear(std::default_delete<Node>()); }
  HashedStorage(const HashedStorage&) = delete;
  HashedStorage& operator=(const HashedStorage&) = delete;

  Node* find(std::string_view key) const noexcept { return index_.find(hash_(key), key); }
  Node* first(std::string_view key) const noexcept { return order_.first(key); }
  Node* next(const Node& node) const noexcept { return order_.next(node); }
  std::size_t size() const noexcept { return order_.size(); }

  static Room room(const Node* place, std::string_view key, std::string_view value) { return {place, key, value}; }
  Node& write(Node* place, Room room, Version version, TimeNs deadline_ns) noexcept {
    Node& written = std::move(room).fill(place, version, deadline_ns);
    if (place == nullptr) {
      written.hash = hash_(written.key);
      index_.insert(written);
      order_.insert(written);
    }
    return written;
  }
  void erase(Node& node) noexcept {
    index_.erase(node);
    order_.erase(node);
    delete &node;
  }
  static void tidy() noexcept {}

 private:
  const BytesHash hash_{};
  HashIndex<Node, HashedIdentity> index_;
  KeyOrder<Node> order_;
};

}  // namespace contend::kv_store
