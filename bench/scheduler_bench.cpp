// Workloads of the scheduler: shapes of graphs, and how much each task does.

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/inputs/scheduler/graph_text.hpp"
#include "bench/scheduler/graph_subject.hpp"
#include "bench/scheduler/graphs.hpp"
#include "bench/workload/words.hpp"
#include "bench/workload/workload.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {
namespace {

struct Mix {
  GraphShape shape = GraphShape::layered;
  std::size_t tasks = 0;
  std::size_t width = 0;
  DurationNs task = 0;
  double varied = 0;
  double failing = 0;
  std::int64_t priorities = 0;
};

const Words<Mix>& scheduler_words() {
  using Is = Words<Mix>;
  static const Words<Mix> words{
      Is::choice("shape", &Mix::shape, GraphShape::layered, "of the graph"),
      Is::count("tasks", &Mix::tasks, 4'000, {1, 1'000'000}, "tasks of the graph"),
      Is::count("width", &Mix::width, 100, {1, 1'000'000}, "tasks of a layer or row, or chains beside each other"),
      Is::duration("task", &Mix::task, 1'000, {0, 100'000'000}, "time that a task computes"),
      Is::percent("varied", &Mix::varied, 0, "by which tasks may be shorter or longer, in percent"),
      Is::percent("failing", &Mix::failing, 0, "of the tasks fail once in each run and are tried again, in percent"),
      Is::count("priorities", &Mix::priorities, 1, {1, 1'000}, "different priorities, dealt at random"),
  };
  return words;
}

Workload<Scheduler> workload_of(Dependencies dependencies, const TaskPlan& plan) {
  Workload<Scheduler> workload;
  const auto graph = std::make_shared<const Dependencies>(std::move(dependencies));
  workload.prepare = [graph, plan](const Maker<Scheduler>& make, int threads) {
    return std::make_unique<GraphSubject>(make({.workers = threads}), graph, plan);
  };
  return workload;
}

Workload<Scheduler> workload_of_mix(const Mix& mix) {
  // A run is one call, and a trial must see a few.
  constexpr double most_s = 10;
  const double run_s = 1e-9 * static_cast<double>(mix.task) * static_cast<double>(mix.tasks);
  if (run_s > most_s) {
    throw std::invalid_argument(
        fmt::format("tasks={} of that time take {:.0f} s a run; at most {:.0f} s.", mix.tasks, run_s, most_s));
  }
  const TaskPlan plan{.work_ns = mix.task, .varied = mix.varied, .failing = mix.failing, .priorities = mix.priorities};
  return workload_of(make_graph(mix.shape, mix.tasks, mix.width), plan);
}

const bool words_registered = register_words<Scheduler>(scheduler_words(), workload_of_mix);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<Scheduler>(name, summary, text);
}

const bool workloads_registered =
    add("layered", "4,000 tasks of a microsecond in layers of 100, one to three dependencies each", "") &&
    add("wavefront", "64 x 64 tasks of a microsecond, each after its left and its upper neighbour",
        "shape=wavefront,tasks=4096,width=64") &&
    add("layered_empty", "as layered, but the tasks do nothing", "task=0") &&
    add("tree_empty", "a binary tree of 4,095 empty tasks", "shape=tree,tasks=4095,task=0") &&
    add("fan_out_empty", "4,000 empty tasks between one before all and one after all",
        "shape=fan_out,tasks=4002,task=0") &&
    add("chain_empty", "4,000 empty tasks in a row", "shape=chain,width=1,task=0") &&
    add("uneven", "as layered, but tasks of up to 20 microseconds, and some fail once",
        "task=10us,varied=100,failing=5,priorities=10");

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
  Workload<Scheduler> workload = workload_of(std::move(graph.dependencies), {.work_ns = 1'000});
  workload.name = "graph";
  workload.summary = fmt::format("the {} tasks of {}, a microsecond each", graph.names.size(), file.string());
  return workload;
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
