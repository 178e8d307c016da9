#include "bench/scheduler/graphs.hpp"

#include <random>

namespace contend::scheduler {
namespace {

void add_edge(Dependencies& graph, std::size_t task, std::size_t dependency) {
  graph[task].push_back(static_cast<std::uint32_t>(dependency));
}

void add_layers(Dependencies& graph, std::size_t width) {
  std::mt19937_64 random(1);
  for (std::size_t i = width; i < graph.size(); ++i) {
    const std::size_t layer_before = i / width * width - width;
    for (std::uint64_t edges = 1 + random() % 3; edges > 0; --edges)
      add_edge(graph, i, layer_before + random() % width);
  }
}

}  // namespace

Dependencies make_graph(GraphShape shape, std::size_t tasks, std::size_t width) {
  Dependencies graph(tasks);
  if (shape == GraphShape::layered) add_layers(graph, width);
  for (std::size_t i = 1; i < tasks; ++i) {
    switch (shape) {
      case GraphShape::wavefront:
        if (i % width > 0) add_edge(graph, i, i - 1);
        if (i >= width) add_edge(graph, i, i - width);
        break;
      case GraphShape::tree:
        add_edge(graph, i, (i - 1) / 2);
        break;
      case GraphShape::fan_out:
        if (i + 1 < tasks) add_edge(graph, i, 0);
        if (i + 1 < tasks) add_edge(graph, tasks - 1, i);
        break;
      case GraphShape::chain:
        if (i >= width) add_edge(graph, i, i - width);
        break;
      default:
        break;
    }
  }
  return graph;
}

}  // namespace contend::scheduler
