#include "impls/scheduler/graph/cycles.hpp"

#include <algorithm>
#include <limits>

namespace contend::scheduler {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

// Tarjan's search with a stack of its own: graphs may be deeper than a thread's stack.
class ComponentSearch {
 public:
  ComponentSearch(std::uint32_t count, const EdgesOfNode& edges_of)
      : edges_of_(edges_of), number_(count, none), lowest_(count), on_path_(count, false) {}

  std::vector<std::vector<std::uint32_t>> run() {
    for (std::uint32_t node = 0; node < number_.size(); ++node) {
      if (number_[node] == none) visit(node);
    }
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  struct Frame {
    std::uint32_t node;
    std::size_t next_edge;
  };

  void enter(std::uint32_t node) {
    number_[node] = lowest_[node] = next_number_++;
    path_.push_back(node);
    on_path_[node] = true;
    frames_.push_back({node, 0});
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const auto edges = edges_of_(frame.node);
      if (frame.next_edge < edges.size()) {
        const std::uint32_t to = edges[frame.next_edge++];
        if (number_[to] == none) {
          enter(to);
        } else if (on_path_[to]) {
          lowest_[frame.node] = std::min(lowest_[frame.node], number_[to]);
        }
        continue;
      }
      const std::uint32_t node = frame.node;
      frames_.pop_back();
      if (!frames_.empty()) {
        std::uint32_t& above = lowest_[frames_.back().node];
        above = std::min(above, lowest_[node]);
      }
      if (lowest_[node] == number_[node]) close(node);
    }
  }

  void close(std::uint32_t root) {
    std::vector<std::uint32_t> component;
    do {
      component.push_back(path_.back());
      on_path_[path_.back()] = false;
      path_.pop_back();
    } while (component.back() != root);
    std::ranges::sort(component);
    if (component.size() > 1 || std::ranges::binary_search(edges_of_(root), root)) {
      found_.push_back(std::move(component));
    }
  }

  const EdgesOfNode& edges_of_;
  std::vector<std::uint32_t> number_;
  std::vector<std::uint32_t> lowest_;
  std::vector<bool> on_path_;
  std::vector<std::uint32_t> path_;
  std::vector<Frame> frames_;
  std::uint32_t next_number_ = 0;
  std::vector<std::vector<std::uint32_t>> found_;
};

// The search for a shortest cycle within one component after the other.
class ShortestSearch {
 public:
  ShortestSearch(std::uint32_t count, const EdgesOfNode& edges_of)
      : edges_of_(edges_of),
        component_(count, none),
        reached_from_(count, none),
        incoming_(count),
        outgoing_(count),
        reverse_(count) {}

  std::vector<std::uint32_t> run(const std::vector<std::vector<std::uint32_t>>& components) {
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t index = 0; index < components.size(); ++index) {
      for (const std::uint32_t node : components[index]) component_[node] = index;
      nodes.insert(nodes.end(), components[index].begin(), components[index].end());
    }
    std::ranges::sort(nodes);
    count_degrees(nodes);
    for (const std::uint32_t node : nodes) {
      if (component_[node] == none) continue;
      search_from(node);
      remove(node);
    }
    return std::move(best_);
  }

 private:
  // Whether an edge is one of those still looked at. Edges between components lie on no cycle.
  bool in_play(std::uint32_t component, std::uint32_t to) const { return component_[to] == component; }

  void count_degrees(const std::vector<std::uint32_t>& nodes) {
    for (const std::uint32_t node : nodes) {
      for (const std::uint32_t to : edges_of_(node)) {
        if (!in_play(component_[node], to)) continue;
        ++outgoing_[node];
        ++incoming_[to];
        reverse_[to].push_back(node);
      }
    }
  }

  // Breadth first, so that the first way back to `start` is a shortest one; nodes are met in the lexicographic order of
  // the ways to them.
  void search_from(std::uint32_t start) {
    const std::size_t longest = best_.empty() ? std::numeric_limits<std::size_t>::max() : best_.size() - 2;
    std::vector<std::uint32_t> queue{start};
    std::size_t depth = 1;  // edges of a cycle that is closed from this level
    std::size_t level_end = 1;
    for (std::size_t place = 0; place < queue.size() && depth <= longest; ++place) {
      if (place == level_end) {
        level_end = queue.size();
        if (++depth > longest) break;
      }
      const std::uint32_t node = queue[place];
      const auto edges = edges_of_(node);
      if (std::ranges::binary_search(edges, start)) {
        best_ = {start};
        for (std::uint32_t step = node; step != start; step = reached_from_[step]) best_.push_back(step);
        best_.push_back(start);
        std::ranges::reverse(best_);
        break;
      }
      for (const std::uint32_t to : edges) {
        if (!in_play(component_[start], to) || to == start || reached_from_[to] != none) continue;
        reached_from_[to] = node;
        queue.push_back(to);
      }
    }
    for (const std::uint32_t node : queue) reached_from_[node] = none;
  }

  // All cycles through `node` have been seen: it goes, and with it whatever then has no way in or no way out.
  void remove(std::uint32_t node) {
    const std::uint32_t component = component_[node];
    std::vector<std::uint32_t> leaving;
    leave(node, leaving);
    while (!leaving.empty()) {
      const std::uint32_t gone = leaving.back();
      leaving.pop_back();
      for (const std::uint32_t to : edges_of_(gone)) {
        if (in_play(component, to) && --incoming_[to] == 0) leave(to, leaving);
      }
      for (const std::uint32_t from : reverse_[gone]) {
        if (in_play(component, from) && --outgoing_[from] == 0) leave(from, leaving);
      }
    }
  }
  void leave(std::uint32_t node, std::vector<std::uint32_t>& leaving) {
    component_[node] = none;
    leaving.push_back(node);
  }

  const EdgesOfNode& edges_of_;
  std::vector<std::uint32_t> component_;  // none: on no cycle that has not been seen
  std::vector<std::uint32_t> reached_from_;
  std::vector<std::uint32_t> incoming_;
  std::vector<std::uint32_t> outgoing_;
  std::vector<std::vector<std::uint32_t>> reverse_;
  std::vector<std::uint32_t> best_;
};

}  // namespace

std::vector<std::vector<std::uint32_t>> cyclic_components(std::uint32_t count, const EdgesOfNode& edges_of) {
  return ComponentSearch(count, edges_of).run();
}

std::vector<std::uint32_t> shortest_cycle(std::uint32_t count, const EdgesOfNode& edges_of) {
  const auto components = cyclic_components(count, edges_of);
  if (components.empty()) return {};
  return ShortestSearch(count, edges_of).run(components);
}

}  // namespace contend::scheduler
