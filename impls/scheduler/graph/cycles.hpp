#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace contend::scheduler {

// Where the edges of a node lead, each once, ascending. Nodes are 0 .. count - 1.
using EdgesOfNode = std::function<std::span<const std::uint32_t>(std::uint32_t node)>;

// The strongly connected components that hold a cycle, each ascending, sorted by their first node. O(nodes + edges).
// Source: Tarjan, "Depth-first search and linear graph algorithms", 1972.
std::vector<std::vector<std::uint32_t>> cyclic_components(std::uint32_t count, const EdgesOfNode& edges_of);

// A shortest cycle as a, b, ..., a, beginning with its smallest node; of several the first in lexicographic order.
// Empty if there is none. A breadth-first search from each node that lies on a cycle, no deeper than the best so far,
// and never again over nodes whose cycles have all been seen.
std::vector<std::uint32_t> shortest_cycle(std::uint32_t count, const EdgesOfNode& edges_of);

}  // namespace contend::scheduler
