#pragma once

#include <algorithm>
#include <cmath>
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
// comes into a window and leaves it in the order of use. To get into the main part, it must have been asked for more often
// lately than the entry that would have to go for it. The main part is a segmented LRU: an entry on probation that is hit
// moves to the sheltered four fifths, from where the longest unused comes back on probation.
//
// The window begins with a hundredth of the capacity and follows the load by hill climbing (Einziger, Eytan, Friedman and
// Manes, Middleware 2018): every ten requests an entry it looks whether the share of hits has grown since it last moved,
// goes on in that direction or turns round, and takes smaller steps each time, until the share changes by a twentieth.
//
// It is told of entries that come, are hit or go, and names the next victim; it owns nothing. O(1) but for the sketch's
// halving and the moves of the window, which are amortised over the requests between them.
class TinyLfu {
 public:
  explicit TinyLfu(std::uint64_t capacity) : capacity_(capacity), step_(-first_step * static_cast<double>(capacity)) {
    set_window(std::max<std::uint64_t>(capacity / 100, 1));
  }

  // Room for counting so many entries; may throw, and has changed nothing then.
  void fit(std::size_t entries) { sketch_.fit(entries); }
  std::size_t fitted() const { return sketch_.room(); }

  void on_insert(TinyLfuNode& node) {
    sketch_.add(node.hash);
    ++misses_;
    move(node, node.outside, window_.nodes);
    window_.weight += node.weight;
    node.segment = Segment::window;
    ++entries_;
    fill_main();
    climb();
  }

  // An entry that comes in the place of one that is here: it keeps that place, and it counts as a use.
  void on_replace(TinyLfuNode& old, TinyLfuNode& fresh) {
    Queue& queue = queue_of(old.segment);
    queue.nodes.splice(old.place, fresh.outside, fresh.place);
    queue.weight += fresh.weight;
    fresh.segment = old.segment;
    ++entries_;
    on_remove(old);
    on_hit(fresh);
  }
  // Also of an entry that has not come yet, or has gone: it counts as asked for.
  void on_hit(TinyLfuNode& node) {
    sketch_.add(node.hash);
    if (node.segment != Segment::none) ++hits_;
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
        trim_sheltered();
        return;
    }
  }

  void on_remove(TinyLfuNode& node) {
    Queue& queue = queue_of(node.segment);
    move(node, queue.nodes, node.outside);
    queue.weight -= node.weight;
    node.segment = Segment::none;
    --entries_;
  }

  // Who goes so that there is room for an entry of weight `incoming`, which comes after, unless he has the hash `kept`;
  // null: there is nobody.
  TinyLfuNode* victim(std::uint64_t incoming, const std::uint64_t* kept) {
    TinyLfuNode* const oldest = oldest_of_main(kept);
    TinyLfuNode* const candidate = oldest_of(window_, kept);
    if (candidate == nullptr) return oldest;
    if (oldest == nullptr) return candidate;
    if (incoming <= window_limit_ && window_.weight <= window_limit_ - incoming) return oldest;
    if (!deserves_its_place(*candidate, *oldest)) return candidate;
    move_to(Segment::probation, *candidate);
    return oldest;
  }

 private:
  using Segment = TinyLfuNode::Segment;
  struct Queue {
    std::list<TinyLfuNode*> nodes;  // most recently used first
    std::uint64_t weight = 0;
  };

  static constexpr double first_step = 0.0625;  // of the capacity
  static constexpr double step_decay = 0.98;
  static constexpr double change_worth_a_restart = 0.05;  // of the share of hits
  static constexpr std::uint64_t requests_per_entry = 10;
  static constexpr std::uint64_t fewest_requests = 640;

  void set_window(std::uint64_t limit) {
    window_limit_ = limit;
    main_limit_ = capacity_ - limit;
    sheltered_limit_ = main_limit_ / 5 * 4;
  }
  bool main_has_room_for(const TinyLfuNode& node) const {
    return node.weight <= main_limit_ && main_weight() <= main_limit_ - node.weight;
  }
  // As long as there is room for all, nobody needs to prove himself.
  void fill_main() {
    while (window_.weight > window_limit_ && main_has_room_for(*window_.nodes.back())) {
      move_to(Segment::probation, *window_.nodes.back());
    }
  }
  void trim_sheltered() {
    while (sheltered_.weight > sheltered_limit_) move_to(Segment::probation, *sheltered_.nodes.back());
  }

  void climb() {
    const std::uint64_t requests = hits_ + misses_;
    if (requests < std::max(requests_per_entry * entries_, fewest_requests)) return;
    const double share = static_cast<double>(hits_) / static_cast<double>(requests);
    const double change = share - last_share_;
    last_share_ = share;
    hits_ = misses_ = 0;
    const double step = change >= 0 ? step_ : -step_;
    const double first = first_step * static_cast<double>(capacity_);
    step_ = std::abs(change) >= change_worth_a_restart ? std::copysign(first, step) : step_decay * step;
    const double least = 1;
    const double most = 0.8 * static_cast<double>(capacity_);
    const double wanted = std::clamp(static_cast<double>(window_limit_) + step, least, std::max(least, most));
    move_window(static_cast<std::uint64_t>(wanted));
  }
  // What the main part has to give up goes to the window's end where it is used last, and the other way round.
  void move_window(std::uint64_t limit) {
    set_window(limit);
    trim_sheltered();
    while (main_weight() > main_limit_) move_to(Segment::window, *oldest_of_main(nullptr));
    fill_main();
  }

  std::uint64_t main_weight() const { return probation_.weight + sheltered_.weight; }

  static TinyLfuNode* oldest_of(const Queue& queue, const std::uint64_t* kept) {
    for (auto node = queue.nodes.rbegin(); node != queue.nodes.rend(); ++node) {
      if (kept == nullptr || (*node)->hash != *kept) return *node;
    }
    return nullptr;
  }
  TinyLfuNode* oldest_of_main(const std::uint64_t* kept) {
    TinyLfuNode* const oldest = oldest_of(probation_, kept);
    return oldest != nullptr ? oldest : oldest_of(sheltered_, kept);
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

  const std::uint64_t capacity_;
  std::uint64_t window_limit_ = 0;
  std::uint64_t main_limit_ = 0;
  std::uint64_t sheltered_limit_ = 0;
  double step_;  // the window's last one, in units of weight
  double last_share_ = 0;
  std::uint64_t hits_ = 0;  // and misses, since it last moved
  std::uint64_t misses_ = 0;
  std::uint64_t entries_ = 0;
  FrequencySketch sketch_;
  Queue window_;
  Queue probation_;
  Queue sheltered_;
  std::uint64_t draws_ = 0;
};

}  // namespace contend::cache
