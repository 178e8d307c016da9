#include "stress/driver/watchdog.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "impls/sync/lock_waits.hpp"

namespace contend {
namespace {

constexpr std::chrono::milliseconds look_every{20};

// A cycle of several threads is a deadlock once it has been seen twice: each has waited throughout, for a lock that
// the next held at both looks. A thread that seems to wait for itself may just have got the lock and not yet left the
// board, so that takes longer to believe.
int looks_to_believe(const std::vector<LockWait>& cycle) {
  return cycle.size() > 1 ? 2 : 100;
}

// The same threads in the same waits, not merely at the same locks again.
bool same_waits(const std::vector<LockWait>& left, const std::vector<LockWait>& right) {
  return std::ranges::equal(left, right, [](const LockWait& one, const LockWait& other) {
    return one.waiter_tid == other.waiter_tid && one.number == other.number && one.owner_tid == other.owner_tid;
  });
}

[[noreturn]] void report_hang(const std::string& context, const std::vector<LockWait>& cycle) {
  std::string text = fmt::format("\nHANG: {}\n", context);
  for (const LockWait& wait : current_lock_waits()) text += "  " + describe(wait) + "\n";
  if (cycle.empty()) {
    text += "  no cycle of lock waits: a lost wake-up, or a wait that no lock shows\n";
  } else {
    text += "  deadlock:";
    for (const LockWait& wait : cycle) text += fmt::format(" {} {} ->", wait.label.what, wait.label.index);
    text += fmt::format(" {} {}\n", cycle.front().label.what, cycle.front().label.index);
  }
  // The other threads hang: nothing that waits for them may be used any more.
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t step = write(STDERR_FILENO, text.data() + written, text.size() - written);
    if (step <= 0) break;
    written += static_cast<std::size_t>(step);
  }
  _exit(exit_hang);
}

}  // namespace

Watchdog::Watchdog(std::string context, std::chrono::milliseconds patience)
    : context_(std::move(context)),
      patience_(patience),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

Watchdog::~Watchdog() = default;

void Watchdog::watch(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<LockWait> last_cycle;
  int looks = 0;
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(look_every);  // pace of looking, not synchronisation
    const std::vector<LockWait> cycle = find_lock_cycle(current_lock_waits());
    looks = same_waits(cycle, last_cycle) ? looks + 1 : 1;
    last_cycle = cycle;
    if (!cycle.empty() && looks >= looks_to_believe(cycle)) report_hang(context_, cycle);
    if (std::chrono::steady_clock::now() - start > patience_) report_hang(context_, cycle);
  }
}

ChildEnd run_in_child(const std::function<int()>& body, std::chrono::milliseconds limit) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe for a child process");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork a child process");
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    _exit(body());
  }
  close(ends[1]);
  ChildEnd end;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::array<char, 4096> buffer;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{ends[0], POLLIN, 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
      kill(child, SIGKILL);
      end.output += "\nkilled: still running after its time limit\n";
      break;
    }
    const ssize_t got = read(ends[0], buffer.data(), buffer.size());
    if (got <= 0) break;
    end.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return end;
}

}  // namespace contend
