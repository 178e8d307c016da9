#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "impls/sync/backoff.hpp"

namespace contend::rate_limiter {

// An array of chains of nodes that callers link and unlink by compare-and-swap, and that doubles while they do.
//
// When the array has doubled, the chains of the old one are still there, and each is split in two when somebody first
// needs one of its parts. Who does so takes the whole chain first, by leaving a mark in its head, so nothing can be linked
// to it any more; then the nodes get their new places, and stay the objects that they are. So a node that was found once
// stays good, and what is done to its content is not lost. But a search that ends without a node proves nothing if the head
// has been marked meanwhile: it must be made again.
//
// Progress: who needs a chain that another is splitting waits until it is done, O(nodes of the chain); else nobody waits.
// All atomics are seq_cst. Memory: one word a chain; old arrays stay, all together they are no larger than the last.
//
// `Node` has `std::atomic<Node*> next` and `std::uint64_t hash() const`.
template <class Node>
class GrowingChains {
 public:
  explicit GrowingChains(std::size_t chains)
      : arrays_(std::make_unique<Array>(chains, nullptr)), current_(arrays_.get()) {}
  GrowingChains(const GrowingChains&) = delete;
  GrowingChains& operator=(const GrowingChains&) = delete;

  // The first node of a chain, or null; false for a mark: the chain is elsewhere now.
  static bool is_chain(const Node* first) {
    return first != unsplit() && first != being_split() && first != split_already();
  }

  // The head of the chain for a hash. It may be marked as soon as this returns.
  std::atomic<Node*>& head_of(std::uint64_t hash) {
    Array& array = *current_.load();
    return ready_head(array, hash % array.size);
  }

  std::size_t size() const { return current_.load()->size; }
  // Of 0 to size() - 1, while nobody makes them grow.
  std::atomic<Node*>& head_at(std::size_t chain) { return ready_head(*current_.load(), chain); }

  // Twice as many, if there is memory for them. One caller at a time, and none that unlinks nodes meanwhile.
  void grow() noexcept {
    try {
      auto larger = std::make_unique<Array>(2 * arrays_->size, unsplit());
      larger->older = std::move(arrays_);
      arrays_ = std::move(larger);
      current_ = arrays_.get();
    } catch (const std::bad_alloc&) {
      // The chains become longer instead.
    }
  }

 private:
  struct Array {
    Array(std::size_t count, Node* first) : size(count), heads(std::make_unique<std::atomic<Node*>[]>(count)) {
      if (first != nullptr) std::fill_n(heads.get(), count, first);
    }
    const std::size_t size;
    const std::unique_ptr<std::atomic<Node*>[]> heads;
    std::unique_ptr<Array> older;
  };

  // Marks: addresses that no node has.
  static Node* unsplit() { return reinterpret_cast<Node*>(std::uintptr_t{1}); }
  static Node* being_split() { return reinterpret_cast<Node*>(std::uintptr_t{2}); }
  static Node* split_already() { return reinterpret_cast<Node*>(std::uintptr_t{3}); }

  std::atomic<Node*>& ready_head(Array& array, std::size_t chain) {
    Backoff backoff;
    while (array.heads[chain] == unsplit()) {
      if (!split(*array.older, chain % array.older->size, array)) backoff.pause();
    }
    return array.heads[chain];
  }

  // False if another does it.
  bool split(Array& old, std::size_t chain, Array& larger) {
    std::atomic<Node*>& head = ready_head(old, chain);
    Node* first = head;
    do {
      if (!is_chain(first)) return false;
    } while (!head.compare_exchange_weak(first, being_split()));
    Node* lower = nullptr;
    Node* upper = nullptr;
    while (first != nullptr) {
      Node* const next = first->next;
      Node*& part = first->hash() % larger.size == chain ? lower : upper;
      first->next = part;
      part = first;
      first = next;
    }
    larger.heads[chain] = lower;
    larger.heads[chain + old.size] = upper;
    head = split_already();
    return true;
  }

  std::unique_ptr<Array> arrays_;  // the last one, which owns those before it
  std::atomic<Array*> current_;
};

}  // namespace contend::rate_limiter
