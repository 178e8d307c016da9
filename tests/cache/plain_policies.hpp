#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

// The policies of the cache once more, as plainly as they can be written and without any code of the designs.
namespace contend::cache::plain {

struct Request {
  int key = 0;
  std::uint64_t weight = 1;
};
using Trace = std::vector<Request>;

// ask(request) is true for a hit, and stores what was missing.
struct PlainModel {
  explicit PlainModel(std::uint64_t room) : capacity(room) {}
  virtual ~PlainModel() = default;
  virtual bool ask(const Request& request) = 0;

  const std::uint64_t capacity;
};

// In a queue, oldest last.
struct Held {
  int key = 0;
  std::uint64_t weight = 0;
  int marks = 0;
};
using Line = std::list<Held>;

inline std::uint64_t weight_of(const Line& line) {
  std::uint64_t sum = 0;
  for (const Held& held : line) sum += held.weight;
  return sum;
}

struct PlainFifo : PlainModel {
  using PlainModel::PlainModel;
  virtual void hit(Line::iterator) {}
  // The one that goes.
  virtual Line::iterator out() { return std::prev(line.end()); }

  bool ask(const Request& request) override {
    if (const auto place = places.find(request.key); place != places.end()) {
      hit(place->second);
      return true;
    }
    if (request.weight > capacity) return false;
    while (weight + request.weight > capacity) {
      const auto gone = out();
      weight -= gone->weight;
      places.erase(gone->key);
      line.erase(gone);
    }
    line.push_front({request.key, request.weight});
    places[request.key] = line.begin();
    weight += request.weight;
    return false;
  }

  Line line;
  std::map<int, Line::iterator> places;
  std::uint64_t weight = 0;
};

struct PlainLru : PlainFifo {
  using PlainFifo::PlainFifo;
  void hit(Line::iterator place) override { line.splice(line.begin(), line, place); }
};

struct PlainClock : PlainFifo {
  using PlainFifo::PlainFifo;
  void hit(Line::iterator place) override { place->marks = 1; }
  Line::iterator out() override {
    while (line.back().marks != 0) {
      line.back().marks = 0;
      line.splice(line.begin(), line, std::prev(line.end()));
    }
    return std::prev(line.end());
  }
};

struct PlainSieve : PlainFifo {
  using PlainFifo::PlainFifo;
  void hit(Line::iterator place) override { place->marks = 1; }
  Line::iterator out() override {
    auto hand = at == nullptr ? std::prev(line.end()) : places[*at];
    while (hand->marks != 0) {
      hand->marks = 0;
      hand = hand == line.begin() ? std::prev(line.end()) : std::prev(hand);
    }
    at = hand == line.begin() ? nullptr : std::make_unique<int>(std::prev(hand)->key);
    return hand;
  }

  std::unique_ptr<int> at;  // the key at the hand; none: the oldest
};

struct PlainS3Fifo : PlainModel {
  using PlainModel::PlainModel;

  bool ask(const Request& request) override {
    for (Line* line : {&small, &main}) {
      const auto place = find(*line, request.key);
      if (place == line->end()) continue;
      place->marks = std::min(place->marks + 1, 3);
      return true;
    }
    if (request.weight > capacity) return false;
    const bool remembered = std::erase_if(ghosts, [&](const Held& held) { return held.key == request.key; }) > 0;
    while (weight_of(small) + weight_of(main) + request.weight > capacity) evict();
    (remembered ? main : small).push_front({request.key, request.weight});
    return false;
  }

  static Line::iterator find(Line& line, int key) {
    return std::ranges::find(line, key, [](const Held& held) { return held.key; });
  }
  void evict() {
    if (weight_of(main) > main_room() || small.empty()) {
      Held last = main.back();
      main.pop_back();
      if (last.marks > 0) main.push_front({last.key, last.weight, last.marks - 1});
      return;
    }
    const Held last = small.back();
    small.pop_back();
    if (last.marks > 1) {
      main.push_front({last.key, last.weight});
      return;
    }
    if (last.weight > main_room()) return;
    while (!ghosts.empty() && weight_of(ghosts) + last.weight > main_room()) ghosts.pop_back();
    ghosts.push_front(last);
  }
  std::uint64_t main_room() const { return capacity - capacity / 10; }

  Line small;
  Line main;
  Line ghosts;
};

// Counts exactly what the sketch of the design counts roughly.
struct PlainTinyLfu : PlainModel {
  explicit PlainTinyLfu(std::uint64_t room)
      : PlainModel(room), window_room(std::max(1.0, static_cast<double>(room) / 100)) {}

  bool ask(const Request& request) override {
    if (++counted[request.key] > 15) counted[request.key] = 15;
    if (++counts > 10 * std::max<std::size_t>(places.size(), 64)) {
      for (auto& [key, count] : counted) count /= 2;
      counts /= 2;
    }
    const auto place = places.find(request.key);
    const bool hit = place != places.end();
    ++(hit ? hits : misses);
    if (hit) {
      Line& from = *place->second.first;
      Line& to = &from == &window ? window : sheltered;
      to.splice(to.begin(), from, place->second.second);
      place->second.first = &to;
      trim_sheltered();
    } else if (request.weight <= capacity) {
      window.push_front({request.key, request.weight});
      places[request.key] = {&window, window.begin()};
      make_room();
    }
    climb();
    return hit;
  }

  void make_room() {
    while (static_cast<double>(weight_of(window)) > window_room && !window.empty()) {
      const int candidate = window.back().key;
      move_last(window, probation);
      while (whole() > capacity) {
        const Held& victim = probation.size() > 1 || sheltered.empty() ? probation.back() : sheltered.back();
        drop(counted[candidate] > counted[victim.key] ? victim.key : candidate);
        if (!places.contains(candidate)) break;
      }
    }
    while (whole() > capacity) drop((probation.empty() ? sheltered : probation).back().key);
  }
  std::uint64_t whole() const { return weight_of(window) + weight_of(probation) + weight_of(sheltered); }
  void trim_sheltered() {
    const double room = (static_cast<double>(capacity) - window_room) * 0.8;
    while (static_cast<double>(weight_of(sheltered)) > room) move_last(sheltered, probation);
  }
  void move_last(Line& from, Line& to) {
    to.splice(to.begin(), from, std::prev(from.end()));
    places[to.front().key].first = &to;
  }
  void drop(int key) {
    const auto [line, place] = places[key];
    line->erase(place);
    places.erase(key);
  }
  void climb() {
    const double requests = hits + misses;
    if (requests < std::max(640.0, 10.0 * static_cast<double>(places.size()))) return;
    const double change = hits / requests - last_share;
    last_share = hits / requests;
    hits = misses = 0;
    const double way = change >= 0 ? step : -step;
    step = std::abs(change) < 0.05 ? 0.98 * way : std::copysign(0.0625, way);
    window_room =
        std::clamp(window_room + way * static_cast<double>(capacity), 1.0, 0.8 * static_cast<double>(capacity));
    trim_sheltered();
    const auto main = [&] { return static_cast<double>(weight_of(probation) + weight_of(sheltered)); };
    while (main() > static_cast<double>(capacity) - window_room)
      move_last(probation.empty() ? sheltered : probation, window);
  }

  Line window;
  Line probation;
  Line sheltered;
  std::map<int, std::pair<Line*, Line::iterator>> places;
  std::map<int, int> counted;
  std::size_t counts = 0;
  double window_room;
  double step = -0.0625;
  double last_share = 0;
  double hits = 0;
  double misses = 0;
};

}  // namespace contend::cache::plain
