// Cycles, retry delays, timers, the deque and graph files by themselves, and real graphs of this machine.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "bench/inputs/scheduler/graph_text.hpp"
#include "impls/base/registry.hpp"
#include "impls/scheduler/core/retry_rules.hpp"
#include "impls/scheduler/core/run_timers.hpp"
#include "impls/scheduler/graph/cycles.hpp"
#include "impls/scheduler/queues/ready_heap.hpp"
#include "impls/scheduler/queues/stealing_deque.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "stress/round/threads.hpp"
#include "tests/support/implementations.hpp"

namespace contend::scheduler {
namespace {

using Graph = std::vector<std::vector<std::uint32_t>>;
using Nodes = std::vector<std::uint32_t>;

EdgesOfNode edges_of(const Graph& graph) {
  return [&graph](std::uint32_t node) { return std::span<const std::uint32_t>(graph[node]); };
}
Nodes shortest_cycle(const Graph& graph) {
  return scheduler::shortest_cycle(static_cast<std::uint32_t>(graph.size()), edges_of(graph));
}

// Every way round from each node, by trying them all: the shortest, and of those the first in lexicographic order.
class EveryCycle {
 public:
  explicit EveryCycle(const Graph& graph) : graph_(graph) {}
  Nodes shortest() {
    for (std::size_t length = 1; length <= graph_.size(); ++length) {
      for (std::uint32_t start = 0; start < graph_.size(); ++start) {
        path_ = {start};
        if (close(length)) return path_;
      }
    }
    return {};
  }

 private:
  bool close(std::size_t left) {
    for (const std::uint32_t to : graph_[path_.back()]) {
      const bool home = to == path_.front();
      if (home != (left == 1)) continue;
      path_.push_back(to);
      if (home || (to > path_.front() && close(left - 1))) return true;
      path_.pop_back();
    }
    return false;
  }

  const Graph& graph_;
  Nodes path_;
};

TEST(CyclesTest, TheShortestIsFoundAsByTryingAllWays) {
  const std::uint64_t seed = test_seed(1);
  std::mt19937_64 random(seed);
  int with_cycle = 0;
  for (int round = 0; round < 3000; ++round) {
    Graph graph(1 + random() % 9);
    for (auto& edges : graph) {
      std::set<std::uint32_t> to;
      for (std::uint64_t i = random() % 3; i > 0; --i) to.insert(static_cast<std::uint32_t>(random() % graph.size()));
      edges.assign(to.begin(), to.end());
    }
    const Nodes expected = EveryCycle(graph).shortest();
    with_cycle += expected.empty() ? 0 : 1;
    ASSERT_EQ(shortest_cycle(graph), expected) << "seed " << seed << " round " << round;
    ASSERT_EQ(cyclic_components(static_cast<std::uint32_t>(graph.size()), edges_of(graph)).empty(), expected.empty());
  }
  EXPECT_GT(with_cycle, 500);
  EXPECT_LT(with_cycle, 2900);
}

TEST(CyclesTest, ComponentsAreThoseThatReachEachOther) {
  std::mt19937_64 random(test_seed(2));
  for (int round = 0; round < 500; ++round) {
    const std::size_t count = 1 + random() % 12;
    Graph graph(count);
    std::vector<std::vector<bool>> reaches(count, std::vector<bool>(count, false));
    for (std::uint32_t from = 0; from < count; ++from) {
      for (std::uint32_t to = 0; to < count; ++to) {
        if (random() % count > 1) continue;
        graph[from].push_back(to);
        reaches[from][to] = true;
      }
    }
    for (std::size_t via = 0; via < count; ++via) {
      for (std::size_t from = 0; from < count; ++from) {
        for (std::size_t to = 0; to < count; ++to) {
          if (reaches[from][via] && reaches[via][to]) reaches[from][to] = true;
        }
      }
    }
    std::vector<Nodes> expected;
    for (std::uint32_t node = 0; node < count; ++node) {
      if (!reaches[node][node]) continue;
      Nodes group;
      for (std::uint32_t other = 0; other < count; ++other) {
        if (reaches[node][other] && reaches[other][node]) group.push_back(other);
      }
      if (group.front() == node) expected.push_back(group);
    }
    ASSERT_EQ(cyclic_components(static_cast<std::uint32_t>(count), edges_of(graph)), expected) << "round " << round;
  }
}

TEST(CyclesTest, LongGraphsNeedNoDeepStackAndRingsNoSquareOfTheirLength) {
  constexpr std::uint32_t length = 200'000;
  Graph graph(length);
  for (std::uint32_t i = 0; i + 1 < length; ++i) graph[i] = {i + 1};
  EXPECT_TRUE(shortest_cycle(graph).empty());
  graph[length - 1] = {0};
  EXPECT_EQ(shortest_cycle(graph).size(), length + 1);
}

TEST(RetryRulesTest, DelaysGrowByTheFactorUpToTheCapAndNeverOverflow) {
  const RetryPolicy retry{.max_attempts = 100, .base_ns = 1'000, .factor = 2, .cap_ns = 100'000};
  EXPECT_EQ(longest_retry_delay(retry, 1), 1'000);
  EXPECT_EQ(longest_retry_delay(retry, 2), 2'000);
  EXPECT_EQ(longest_retry_delay(retry, 7), 64'000);
  EXPECT_EQ(longest_retry_delay(retry, 8), 100'000);
  const RetryPolicy huge{.base_ns = forever / 2, .factor = 1e300, .cap_ns = forever};
  EXPECT_EQ(longest_retry_delay(huge, 4'000'000'000U), forever);
  EXPECT_EQ(longest_retry_delay({.base_ns = 0, .cap_ns = 0}, 5), 0);
  std::mt19937_64 random(test_seed(3));
  for (int i = 0; i < 10'000; ++i) {
    const auto attempt = 1 + static_cast<std::uint32_t>(random() % 100);
    const DurationNs delay_ns = retry_delay(huge, random(), static_cast<TaskId>(random()), attempt);
    ASSERT_GE(delay_ns, 0);
    ASSERT_LE(retry_delay(retry, random(), 1, attempt), longest_retry_delay(retry, attempt));
  }
}

TEST(RunTimersTest, ComeInOrderAndStayBoundedWhenNobodyWantsThemAnyMore) {
  RunTimers timers;
  std::set<TaskId> wanted;
  const auto is_wanted = [&](const RunTimer& timer) { return wanted.contains(timer.task); };
  constexpr std::size_t tasks = 10;
  timers.reserve(tasks);
  for (TaskId i = 0; i < 100'000; ++i) {
    wanted = {i, i - 1};
    timers.add({100'000 - static_cast<TimeNs>(i), i, 1, RunTimer::Kind::timeout}, is_wanted);
    ASSERT_LE(timers.size(), 2 * tasks + 1);
  }
  ASSERT_NE(timers.first(is_wanted), nullptr);
  EXPECT_EQ(timers.first(is_wanted)->due_ns, 1);
  EXPECT_EQ(timers.pop().task, 99'999U);
  EXPECT_EQ(timers.first(is_wanted)->due_ns, 2);
  wanted.clear();
  EXPECT_EQ(timers.first(is_wanted), nullptr);
  EXPECT_EQ(timers.size(), 0U);
}

TEST(StealingDequeTest, OwnerTakesTheNewestAndThievesTheOldest) {
  StealingDeque deque;
  deque.reserve(10);
  EXPECT_EQ(deque.take(), no_task);
  EXPECT_EQ(deque.steal(), no_task);
  deque.push(std::array<TaskId, 3>{1, 2, 3});
  EXPECT_EQ(deque.steal(), 1U);
  EXPECT_EQ(deque.take(), 3U);
  EXPECT_EQ(deque.take(), 2U);
  EXPECT_EQ(deque.take(), no_task);
}

TEST(StealingDequeTest, EachIsTakenOnceByOwnerOrThieves) {
  constexpr TaskId tasks = 100'000;
  StealingDeque deque;
  deque.reserve(16);  // far fewer than go through: the ring goes round
  std::vector<std::atomic<int>> taken(tasks);
  std::atomic<bool> over{false};
  run_threads(3, [&](int thread) {
    const auto count = [&](TaskId id) {
      if (id != no_task) ++taken[id];
      return id != no_task;
    };
    if (thread > 0) {
      while (!over) count(deque.steal());
      return;
    }
    std::mt19937_64 random(test_seed(4));
    std::size_t inside = 0;  // at most: thieves make it less
    for (TaskId next = 0; next < tasks;) {
      std::vector<TaskId> batch;
      for (std::uint64_t size = 1 + random() % 4; size > 0 && next < tasks; --size) batch.push_back(next++);
      deque.push(batch);
      inside += batch.size();
      for (std::uint64_t takes = random() % 6; takes > 0 || inside > 12; takes -= takes > 0 ? 1 : 0) {
        if (!count(deque.take())) {
          inside = 0;
          break;
        }
        --inside;
      }
    }
    while (count(deque.take())) {
    }
    over = true;
  });
  for (TaskId id = 0; id < tasks; ++id) ASSERT_EQ(taken[id], 1) << "task " << id;
}

TEST(GraphTextTest, ReadsEdgeListsAndDot) {
  std::istringstream words("# before after\na b\n\n a\tc \r\nalone\nb c");
  const NamedGraph list = read_graph(words, "list");
  EXPECT_EQ(list.names, (std::vector<std::string>{"a", "b", "c", "alone"}));
  EXPECT_EQ(list.dependencies, (Graph{{}, {0}, {0, 1}, {}}));
  std::istringstream dot(
      "digraph ninja {\nrankdir=\"LR\"\nnode [fontsize=10, shape=box]\nedge [fontsize=10]\n"
      "\"0x1\" [label=\"all -> of it\"]\n\"0x2\" -> \"0x1\" [label=\" cc\"]\n\"a=\\\"b\" -> \"0x2\" -> c;\n}\n");
  const NamedGraph graph = read_graph(dot, "dot");
  EXPECT_EQ(graph.names, (std::vector<std::string>{"0x1", "0x2", "a=\"b", "c"}));
  EXPECT_EQ(graph.dependencies, (Graph{{1}, {2}, {}, {1}}));
}

TEST(GraphTextTest, NamesFileAndLineOfWhatIsWrong) {
  const auto message = [](const std::string& text) -> std::string {
    std::istringstream stream(text);
    try {
      read_graph(stream, "f");
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(message("a b\na b c\n"), "f:2: more than two words");
  EXPECT_EQ(message("digraph {\n\"a\n}\n"), "f:2: a name without its closing quote");
  EXPECT_EQ(message("digraph {\na ->\n}\n"), "f:2: an edge to nowhere");
  EXPECT_EQ(message("digraph {\na b\n}\n"), "f:2: neither a node nor an edge");
}

// --- real graphs ---

// What a command prints; nothing if it fails.
std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* const pipe = popen(("(" + command + ") 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 1 << 16> buffer;
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), got);
  }
  return pclose(pipe) == 0 ? text : std::string();
}

TEST(RealGraphTest, TheDependenciesOfDebiansPackagesHaveACycleThatIsNamed) {
  // "Depends: a, b (>= 1) | c": the first of each choice.
  const std::string packages = output_of("apt-cache dumpavail | grep -E '^(Package|Depends|Pre-Depends): '");
  if (packages.empty()) GTEST_SKIP() << "apt-cache is missing here, or has no package lists";
  std::map<std::string, std::vector<std::string>> depends;
  std::istringstream lines(packages);
  std::string package;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Package: ")) package = line.substr(9);
    if (line.starts_with("Package: ")) depends[package];
    if (!line.starts_with("Depends: ") && !line.starts_with("Pre-Depends: ")) continue;
    std::istringstream choices(line.substr(line.find(": ") + 2));
    for (std::string choice; std::getline(choices, choice, ',');) {
      choice.erase(0, choice.find_first_not_of(' '));
      depends[package].push_back(choice.substr(0, choice.find_first_of(" :|(")));
    }
  }
  if (depends.size() < 1000) GTEST_SKIP() << "apt-cache knows " << depends.size() << " packages only";
  const auto scheduler = Registry<Scheduler>::instance().find("work_stealing")->make({});
  std::size_t edges = 0;
  for (auto& [name, dependencies] : depends) {
    std::erase_if(dependencies, [&](const std::string& other) { return !depends.contains(other); });  // virtual ones
    edges += dependencies.size();
    ASSERT_EQ(scheduler->add({name, [](TaskContext&) { return Outcome::success; }, dependencies}), AddStatus::added);
  }
  const RunResult refused = scheduler->run();
  const auto groups = scheduler->cyclic_groups();
  std::size_t in_groups = 0;
  for (const auto& group : groups) in_groups += group.size();
  std::cout << fmt::format("{} packages, {} dependencies, {} of them in {} circles; {}\n", depends.size(), edges,
                           in_groups, groups.size(), describe(refused));
  ASSERT_EQ(refused.status, RunStatus::cycle);
  ASSERT_GE(refused.path.size(), 2U);
  EXPECT_EQ(refused.path.front(), refused.path.back());
  for (std::size_t i = 0; i + 1 < refused.path.size(); ++i) {
    const auto& own = depends[refused.path[i]];
    EXPECT_NE(std::ranges::find(own, refused.path[i + 1]), own.end()) << refused.path[i];
  }
  EXPECT_EQ(scheduler->report().left, depends.size()) << "nothing ran";
  // Without what lies on circles, and what depends on it, the rest runs.
  const auto rest = Registry<Scheduler>::instance().find("work_stealing")->make({});
  std::set<std::string> left_out;
  for (const auto& group : groups) left_out.insert(group.begin(), group.end());
  std::size_t taken = 0;
  for (auto& [name, dependencies] : depends) {
    if (left_out.contains(name)) continue;
    std::erase_if(dependencies, [&](const std::string& other) { return left_out.contains(other); });
    rest->add({name, [](TaskContext&) { return Outcome::success; }, dependencies});
    ++taken;
  }
  EXPECT_EQ(rest->run().status, RunStatus::completed);
  EXPECT_EQ(rest->report().succeeded, taken);
}

TEST(RealGraphTest, TheBuildOfThisProjectRunsInOrder) {
  const std::string text = output_of("ninja -t graph");  // tests run in the folder that ninja builds
  if (text.empty()) GTEST_SKIP() << "there is no ninja here, or no build of its in this folder";
  std::istringstream stream(text);
  const NamedGraph graph = read_graph(stream, "ninja -t graph");
  ASSERT_GT(graph.names.size(), 100U);
  for (const Implementation<Scheduler>& implementation : implementations<Scheduler>()) {
    const auto scheduler = implementation.make({.workers = 3});
    std::vector<std::atomic<int>> runs(graph.names.size());
    std::atomic<int> too_early{0};
    for (std::size_t i = 0; i < graph.names.size(); ++i) {
      std::vector<std::string> dependencies;
      for (const std::uint32_t before : graph.dependencies[i]) dependencies.push_back(graph.names[before]);
      const auto work = [&, i](TaskContext&) {
        for (const std::uint32_t before : graph.dependencies[i]) too_early += runs[before] == 1 ? 0 : 1;
        ++runs[i];
        return Outcome::success;
      };
      scheduler->add({graph.names[i], work, dependencies});
    }
    EXPECT_EQ(describe(scheduler->run()), "completed") << implementation.name;
    EXPECT_EQ(too_early, 0) << implementation.name;
    for (const auto& runs_of_one : runs) ASSERT_EQ(runs_of_one, 1) << implementation.name;
  }
}

}  // namespace
}  // namespace contend::scheduler
