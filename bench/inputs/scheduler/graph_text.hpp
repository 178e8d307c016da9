#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace contend::scheduler {

// A graph that people bring: names, and for each node those that come before it.
struct NamedGraph {
  std::vector<std::string> names;
  std::vector<std::vector<std::uint32_t>> dependencies;
};

// Reads a graph in which `a -> b` says that b needs a: either dot, of which it takes node and edge statements, one a
// line (what `ninja -t graph` prints), or an edge list, which is two words a line for an edge, one for a node, and #
// before what is no part of it. Nodes are numbered as they come. Throws std::runtime_error that names file and line.
NamedGraph read_graph(std::istream& text, const std::string& file);

}  // namespace contend::scheduler
