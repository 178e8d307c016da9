// Workloads of the scheduler: shapes of graphs, and how much each task does.

#include <fmt/core.h>

#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/inputs/scheduler/graph_text.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/workload.hpp"
#include "impls/base/hashing.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {
namespace {

using Dependencies = std::vector<std::vector<std::uint32_t>>;  // of each task

// About a microsecond of arithmetic, each step waiting for the one before it.
constexpr int steps_of_a_microsecond = 250;

// Layers of a hundred, each task depending on one to three of the layer before.
Dependencies layered(std::size_t tasks) {
  constexpr std::size_t width = 100;
  std::mt19937_64 random(1);
  Dependencies graph(tasks);
  for (std::size_t i = width; i < tasks; ++i) {
    const std::size_t layer_before = i / width * width - width;
    for (std::uint64_t edges = 1 + random() % 3; edges > 0; --edges) {
      graph[i].push_back(static_cast<std::uint32_t>(layer_before + random() % width));
    }
  }
  return graph;
}

// A square in which each depends on its left and its upper neighbour.
Dependencies wavefront(std::size_t side) {
  Dependencies graph(side * side);
  for (std::size_t i = 0; i < graph.size(); ++i) {
    if (i % side > 0) graph[i].push_back(static_cast<std::uint32_t>(i - 1));
    if (i >= side) graph[i].push_back(static_cast<std::uint32_t>(i - side));
  }
  return graph;
}

Dependencies chain(std::size_t tasks) {
  Dependencies graph(tasks);
  for (std::size_t i = 1; i < tasks; ++i) graph[i].push_back(static_cast<std::uint32_t>(i - 1));
  return graph;
}

// From the root down.
Dependencies binary_tree(std::size_t tasks) {
  Dependencies graph(tasks);
  for (std::size_t i = 1; i < tasks; ++i) graph[i].push_back(static_cast<std::uint32_t>((i - 1) / 2));
  return graph;
}

// One task before all others, and one after them.
Dependencies fan_out(std::size_t tasks) {
  Dependencies graph(tasks);
  for (std::size_t i = 1; i + 1 < tasks; ++i) {
    graph[i].push_back(0);
    graph.back().push_back(static_cast<std::uint32_t>(i));
  }
  return graph;
}

class GraphCaller {
 public:
  GraphCaller(Scheduler& scheduler, std::size_t tasks) : scheduler_(scheduler), tasks_(tasks) {}
  void call() {
    if (scheduler_.run().status != RunStatus::completed) wrong_ = "a run was not completed";
    ++runs_;
  }
  std::uint32_t operations_per_call() const { return static_cast<std::uint32_t>(tasks_); }

  std::uint64_t runs() const { return runs_; }
  const char* wrong() const { return wrong_; }

 private:
  Scheduler& scheduler_;
  const std::size_t tasks_;
  std::uint64_t runs_ = 0;
  const char* wrong_ = nullptr;
};

class GraphSubject final : public CallerSubject<Scheduler, GraphCaller> {
 public:
  GraphSubject(std::unique_ptr<Scheduler> scheduler, const Dependencies& graph, int steps)
      : CallerSubject(std::move(scheduler)), graph_(graph), steps_(steps), cells_(graph.size()) {}

  // The graph is built once, before the measurement.
  void prefill() override {
    for (std::size_t i = 0; i < graph_.size(); ++i) {
      TaskSpec task{std::to_string(i), work_of(cells_[i])};
      for (const std::uint32_t dependency : graph_[i]) task.dependencies.push_back(std::to_string(dependency));
      system().add(std::move(task));
    }
  }
  std::vector<std::uint64_t> work_of_threads() override { return system().report().attempts_of_workers; }
  std::string validate_state() override {
    const std::uint64_t runs = sum(&GraphCaller::runs);
    for (const Cell& cell : cells_) {
      if (cell.runs != runs) return fmt::format("a task ran {} times in {} runs of the graph", cell.runs, runs);
    }
    return "";
  }
  std::size_t entries() const override { return graph_.size(); }

 private:
  // On a cache line of its own, as the data of real tasks would be.
  struct alignas(64) Cell {
    std::uint64_t runs = 0;
    std::uint64_t value = 0;
  };

  GraphCaller make_caller(int, std::uint64_t) override { return GraphCaller(system(), graph_.size()); }

  TaskWork work_of(Cell& cell) const {
    return [&cell, steps = steps_](TaskContext&) {
      for (int step = 0; step < steps; ++step) cell.value = mix_bits(cell.value + 1);
      ++cell.runs;
      return Outcome::success;
    };
  }

  const Dependencies graph_;
  const int steps_;
  std::vector<Cell> cells_;
};

Workload<Scheduler> workload_of(std::string name, std::string summary, Dependencies graph, int steps) {
  return {std::move(name), std::move(summary), false,
          [graph = std::move(graph), steps](const Maker<Scheduler>& make, int threads) {
            return std::make_unique<GraphSubject>(make({.workers = threads}), graph, steps);
          }};
}

bool add(const std::string& name, const std::string& summary, Dependencies graph, int steps) {
  return register_workload(workload_of(name, summary, std::move(graph), steps));
}

const bool workloads_registered =
    add("layered", "4,000 tasks of a microsecond in layers of 100, one to three dependencies each", layered(4'000),
        steps_of_a_microsecond) &&
    add("wavefront", "64 x 64 tasks of a microsecond, each after its left and its upper neighbour", wavefront(64),
        steps_of_a_microsecond) &&
    add("layered_empty", "as layered, but the tasks do nothing", layered(4'000), 0) &&
    add("tree_empty", "a binary tree of 4,095 empty tasks", binary_tree(4'095), 0) &&
    add("fan_out_empty", "4,000 empty tasks between one before all and one after all", fan_out(4'002), 0) &&
    add("chain_empty", "4,000 empty tasks in a row", chain(4'000), 0);

Workload<Scheduler> read_workload(const std::filesystem::path& file) {
  std::ifstream text(file);
  if (!text) throw std::runtime_error(file.string() + " cannot be opened");
  NamedGraph graph = read_graph(text, file.string());
  if (graph.names.empty()) throw std::runtime_error(file.string() + " holds no node");
  // What a scheduler would refuse is refused here, by name.
  const auto scheduler = Registry<Scheduler>::instance().find("reference")->make({});
  for (std::size_t i = 0; i < graph.names.size(); ++i) {
    TaskSpec task{graph.names[i], [](TaskContext&) { return Outcome::success; }};
    for (const std::uint32_t dependency : graph.dependencies[i]) task.dependencies.push_back(graph.names[dependency]);
    if (const AddStatus status = scheduler->add(std::move(task)); status != AddStatus::added) {
      throw std::runtime_error(fmt::format("{}: {} is refused: {}", file.string(), graph.names[i], to_string(status)));
    }
  }
  if (const RunResult result = scheduler->run(); result.status != RunStatus::completed) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), describe(result)));
  }
  return workload_of("graph", fmt::format("the {} tasks of {}, a microsecond each", graph.names.size(), file.string()),
                     std::move(graph.dependencies), steps_of_a_microsecond);
}
const bool input_registered = register_input<Scheduler>(
    "--graph", "scheduler", "runs the graph of a file: dot as of `ninja -t graph`, or `before after` on each line",
    read_workload);

// The control: everything is done, at once.
class NoopScheduler final : public Scheduler {
 public:
  AddStatus add(TaskSpec) override { return AddStatus::added; }
  RunResult run() override { return {}; }
  std::vector<std::vector<std::string>> cyclic_groups() const override { return {}; }
  CancelStatus cancel(std::string_view) override { return CancelStatus::not_running; }
  void shutdown(ShutdownMode) override {}
  Report report() const override { return {}; }
  std::optional<TaskReport> task(std::string_view) const override { return std::nullopt; }
};

const bool system_registered =
    register_bench_system<Scheduler, NoopScheduler>("scheduler", {.unit = "tasks", .owns_threads = true});

}  // namespace
}  // namespace contend::scheduler
