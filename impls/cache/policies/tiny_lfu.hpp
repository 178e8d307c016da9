#pragma once

#include <cstdint>
#include <list>

#include "impls/cache/policies/frequency_sketch.hpp"

namespace contend::cache {

// What the policy keeps of an entry. Its place in a queue is made with it and moves from list to list, so that no call
// of the policy allocates; while it is in no queue, it stands in a list of its own.
struct TinyLfuNode {
  enum class Segment : std::uint8_t { none, window, probation, sheltered };

  TinyLfuNode() : outside(1, this), place(outside.begin()) {}
  TinyLfuNode(const TinyLfuNode&) = delete;
  TinyLfuNode& operator=(const TinyLfuNode&) = delete;

  std::uint64_t hash = 0;
  std::uint64_t weight = 0;
  Segment segment = Segment::none;
  std::list<TinyLfuNode*> outside;
  const std::list<TinyLfuNode*>::iterator place;
};

// W-TinyLFU (Einziger, Friedman and Manes, ACM Transactions on Storage 2017), without synchronisation. What is new
// comes into a window, a hundredth of the capacity, and leaves it in the order of use. To get into the main part, it
// must have been asked for more often lately than the entry that would have to go for it. The main part is a segmented
// LRU: an entry on probation that is hit moves to the sheltered four fifths, from where the longest unused comes back
// on probation.
//
// It is told of entries that come, are hit or go, and names the next victim; it owns nothing. O(1) but for the
// sketch's halving. Left out of the paper's successor: the window's size does not follow the load (hill climbing).
class TinyLfu {
 public:
  explicit TinyLfu(std::uint64_t capacity)
      : window_limit_(std::max<std::uint64_t>(capacity / 100, 1)),
        main_limit_(capacity - window_limit_),
        sheltered_limit_(main_limit_ / 5 * 4) {}

  // Room for counting so many entries; may throw, and has changed nothing then.
  void fit(std::size_t entries) { sketch_.fit(entries); }
  std::size_t fitted() const { return sketch_.room(); }

  void on_insert(TinyLfuNode& node) {
    sketch_.add(node.hash);
    move(node, node.outside, window_.nodes);
    window_.weight += node.weight;
    node.segment = Segment::window;
    // As long as there is room for all, nobody needs to prove himself.
    while (window_.weight > window_limit_ && main_weight() + window_.nodes.back()->weight <= main_limit_) {
      move_to(Segment::probation, *window_.nodes.back());
    }
  }

  // Also of an entry that has not come yet, or has gone: it counts as asked for.
  void on_hit(TinyLfuNode& node) {
    sketch_.add(node.hash);
    switch (node.segment) {
      case Segment::none:
        return;
      case Segment::window:
        move_to(Segment::window, node);
        return;
      case Segment::sheltered:
        move_to(Segment::sheltered, node);
        return;
      case Segment::probation:
        move_to(Segment::sheltered, node);
        while (sheltered_.weight > sheltered_limit_) {
          move_to(Segment::probation, *sheltered_.nodes.back());
        }
        return;
    }
  }

  void on_remove(TinyLfuNode& node) {
    Queue& queue = queue_of(node.segment);
    move(node, queue.nodes, node.outside);
    queue.weight -= node.weight;
    node.segment = Segment::none;
  }

  // Who goes so that there is room for an entry of weight `incoming`, which comes after; null: there is nobody.
  TinyLfuNode* victim(std::uint64_t incoming) {
    TinyLfuNode* const oldest = oldest_of_main();
    if (window_.nodes.empty()) return oldest;
    TinyLfuNode& candidate = *window_.nodes.back();
    if (oldest == nullptr) return &candidate;
    if (window_.weight + incoming <= window_limit_) return oldest;
    if (!deserves_its_place(candidate, *oldest)) return &candidate;
    move_to(Segment::probation, candidate);
    return oldest;
  }

 private:
  using Segment = TinyLfuNode::Segment;
  struct Queue {
    std::list<TinyLfuNode*> nodes;  // most recently used first
    std::uint64_t weight = 0;
  };

  std::uint64_t main_weight() const { return probation_.weight + sheltered_.weight; }

  TinyLfuNode* oldest_of_main() {
    if (!probation_.nodes.empty()) return probation_.nodes.back();
    return sheltered_.nodes.empty() ? nullptr : sheltered_.nodes.back();
  }

  // One of 128 that have been asked for a few times gets in although the other was asked for more often: else whoever
  // finds keys that share their counters could keep the rest out for good.
  bool deserves_its_place(const TinyLfuNode& candidate, const TinyLfuNode& oldest) {
    constexpr std::uint8_t few = 5;
    const std::uint8_t asked = sketch_.estimate(candidate.hash);
    if (asked > sketch_.estimate(oldest.hash)) return true;
    return asked > few && mix_bits(++draws_) % 128 == 0;
  }

  Queue& queue_of(Segment segment) {
    return segment == Segment::window ? window_ : segment == Segment::probation ? probation_ : sheltered_;
  }
  static void move(TinyLfuNode& node, std::list<TinyLfuNode*>& from, std::list<TinyLfuNode*>& to) {
    to.splice(to.begin(), from, node.place);
  }
  void move_to(Segment segment, TinyLfuNode& node) {
    Queue& from = queue_of(node.segment);
    Queue& to = queue_of(segment);
    move(node, from.nodes, to.nodes);
    from.weight -= node.weight;
    to.weight += node.weight;
    node.segment = segment;
  }

  const std::uint64_t window_limit_;
  const std::uint64_t main_limit_;
  const std::uint64_t sheltered_limit_;
  FrequencySketch sketch_;
  Queue window_;
  Queue probation_;
  Queue sheltered_;
  std::uint64_t draws_ = 0;
};

}  // namespace contend::cache
