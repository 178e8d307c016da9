#include "stress/driver/survival.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <new>
#include <stdexcept>

#include "stress/driver/watchdog.hpp"

namespace contend {
namespace {

// A counter that the child writes and the parent reads after the child has ended.
class SharedCounter {
 public:
  SharedCounter()
      : page_(mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                   0)) {
    if (page_ == MAP_FAILED) throw std::runtime_error("cannot map memory to share with a child process");
    counter_ = new (page_) std::atomic<std::uint64_t>(0);
  }
  ~SharedCounter() { munmap(page_, sizeof(std::atomic<std::uint64_t>)); }
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;
  std::atomic<std::uint64_t>& value() { return *counter_; }

 private:
  void* page_;
  std::atomic<std::uint64_t>* counter_ = nullptr;
};

constexpr int exit_illegal = 1;

// The cycle that the watchdog's report names, from its least lock on: whoever noticed it, it is the same cycle.
std::string cycle_in(const std::string& report) {
  static const std::string mark = "deadlock: ";
  static const std::string arrow = " -> ";
  std::size_t place = report.find(mark);
  if (place == std::string::npos) return "";
  place += mark.size();
  const std::string line = report.substr(place, report.find('\n', place) - place);
  std::vector<std::string> locks;
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + arrow.size()) {
    end = line.find(arrow, begin);
    locks.push_back(line.substr(begin, end == std::string::npos ? end : end - begin));
  }
  locks.pop_back();  // the first again
  std::ranges::rotate(locks, std::ranges::min_element(locks));
  locks.push_back(locks.front());
  return fmt::format("{}", fmt::join(locks, arrow));
}

}  // namespace

std::vector<SurvivalRun> measure_survival(const StressTarget& target, const AttackOptions& options, int children) {
  std::vector<SurvivalRun> runs;
  for (int child = 0; child < children; ++child) {
    AttackOptions mine = options;
    mine.seed += static_cast<std::uint64_t>(child) * 1000;  // rounds count their seeds on from here
    mine.preemption = false;                                // how long it lives by itself
    SharedCounter counter;
    mine.operations = &counter.value();
    const ChildEnd end = run_in_child(
        [&] {
          const Watchdog watchdog(
              fmt::format("seed {}", mine.seed),
              std::chrono::duration_cast<std::chrono::milliseconds>(options.duration) + std::chrono::seconds(10));
          return target.run(mine).verdict == Verdict::illegal ? exit_illegal : 0;
        },
        std::chrono::duration_cast<std::chrono::milliseconds>(options.duration) + std::chrono::seconds(60));
    SurvivalRun run{mine.seed, counter.value(), end.exit_code == exit_hang, cycle_in(end.output), ""};
    if (end.exit_code == exit_illegal) run.trouble = "a violation was found";
    if (!run.hung && run.trouble.empty() && end.exit_code != 0) run.trouble = "it ended by itself: " + end.output;
    runs.push_back(run);
  }
  return runs;
}

std::string survival_table(const std::vector<SurvivalRun>& runs) {
  std::vector<std::uint64_t> ends;
  std::map<std::string, int> cycles;
  std::string troubles;
  for (const SurvivalRun& run : runs) {
    if (!run.trouble.empty()) troubles += fmt::format("  seed {}: {}\n", run.seed, run.trouble);
    if (!run.hung) continue;
    ends.push_back(run.operations);
    ++cycles[run.cycle.empty() ? "no cycle of lock waits" : run.cycle];
  }
  std::ranges::sort(ends);
  std::string text = fmt::format("{} of {} runs hung\n", ends.size(), runs.size());
  if (!ends.empty()) text += fmt::format("  {:>12}  {:>10}\n", "operations", "still alive");
  const double all = static_cast<double>(runs.size());
  double shown = 2;  // more than all
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const double alive = 1 - static_cast<double>(i + 1) / all;
    if (shown - alive < 0.1 && i + 1 < ends.size()) continue;
    shown = alive;
    text += fmt::format("  {:>12}  {:>10.0f} %  {}\n", ends[i], 100 * alive,
                        std::string(static_cast<std::size_t>(40 * alive), '#'));
  }
  for (const auto& [cycle, times] : cycles) text += fmt::format("  {:>3} times  {}\n", times, cycle);
  return text + troubles;
}

nlohmann::json survival_json(const StressTarget& target, const AttackOptions& options,
                             const std::vector<SurvivalRun>& runs) {
  nlohmann::json rows = nlohmann::json::array();
  for (const SurvivalRun& run : runs) {
    rows.push_back({{"seed", run.seed},
                    {"operations", run.operations},
                    {"hung", run.hung},
                    {"cycle", run.cycle},
                    {"trouble", run.trouble}});
  }
  return {{"system", target.system},    {"implementation", target.implementation},
          {"bug", target.summary},      {"attack", target.attack},
          {"threads", options.threads}, {"runs", rows}};
}

}  // namespace contend
