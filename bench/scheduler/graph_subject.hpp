#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/scheduler/graphs.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/words.hpp"
#include "impls/base/hashing.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// What the tasks of a graph do.
struct TaskPlan {
  DurationNs work_ns = 1'000;
  double varied = 0;   // work is drawn from so much less to so much more of it, as a part
  double failing = 0;  // of the tasks fail at their first attempt and are tried again at once, as a part
  std::int64_t priorities = 1;
};

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
  GraphSubject(std::unique_ptr<Scheduler> scheduler, std::shared_ptr<const Dependencies> graph, const TaskPlan& plan)
      : CallerSubject(std::move(scheduler)), graph_(std::move(graph)), plan_(plan), cells_(graph_->size()) {}

  // The graph is built once, before the measurement.
  void prefill() override {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> spread(1 - plan_.varied, 1 + plan_.varied);
    for (std::size_t i = 0; i < graph_->size(); ++i) {
      const auto work_ns = static_cast<double>(plan_.work_ns) * spread(random);
      const bool fails = std::bernoulli_distribution(plan_.failing)(random);
      TaskSpec task{std::to_string(i), work_of(cells_[i], static_cast<int>(work_ns / step_ns), fails)};
      task.priority = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(plan_.priorities));
      if (fails) task.retry = {.max_attempts = 2, .base_ns = 0, .cap_ns = 0};
      for (const std::uint32_t dependency : (*graph_)[i]) task.dependencies.push_back(std::to_string(dependency));
      system().add(std::move(task));
    }
  }
  std::vector<std::uint64_t> work_of_threads() override { return system().report().attempts_of_workers; }
  std::string validate_state() override {
    const std::uint64_t runs = sum(&GraphCaller::runs);
    for (const Cell& cell : cells_) {
      if (cell.runs != runs) return fmt::format("a task was done {} times in {} runs of the graph", cell.runs, runs);
    }
    return "";
  }
  std::size_t entries() const override { return graph_->size(); }

 private:
  // A step of arithmetic that waits for the one before it takes about so long.
  static constexpr double step_ns = 4;

  // On a cache line of its own, as the data of real tasks would be.
  struct alignas(64) Cell {
    std::uint64_t runs = 0;
    std::uint64_t value = 0;
  };

  GraphCaller make_caller(int, std::uint64_t) override { return GraphCaller(system(), graph_->size()); }

  static TaskWork work_of(Cell& cell, int steps, bool fails) {
    return [&cell, steps, fails](TaskContext& context) {
      for (int step = 0; step < steps; ++step) cell.value = mix_bits(cell.value + 1);
      if (fails && context.attempt() == 1) return Outcome::failure;
      ++cell.runs;
      return Outcome::success;
    };
  }

  const std::shared_ptr<const Dependencies> graph_;
  const TaskPlan plan_;
  std::vector<Cell> cells_;
};

}  // namespace contend::scheduler
