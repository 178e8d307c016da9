#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace contend::scheduler {

using Dependencies = std::vector<std::vector<std::uint32_t>>;  // of each task

enum class GraphShape : std::uint8_t {
  layered,    // layers of `width`, each task depending on one to three of the layer before
  wavefront,  // rows of `width`, in which each depends on its left and its upper neighbour
  tree,       // binary, from the root down
  fan_out,    // one task before all others, and one after them
  chain,      // `width` rows beside each other
  no_edges,
};
BOOST_DESCRIBE_ENUM(GraphShape, layered, wavefront, tree, fan_out, chain, no_edges)

// The same in every run.
Dependencies make_graph(GraphShape shape, std::size_t tasks, std::size_t width);

}  // namespace contend::scheduler
