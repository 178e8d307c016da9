#include "bench/engine/trial.hpp"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <numeric>
#include <stdexcept>

#include "bench/engine/measured_run.hpp"
#include "impls/base/enum_text.hpp"

namespace contend {
namespace {

bool read_all(int file, void* data, std::size_t bytes, std::chrono::steady_clock::time_point deadline) {
  auto* place = static_cast<char*>(data);
  while (bytes > 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd waiting{file, POLLIN, 0};
    const int ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = read(file, place, bytes);
    if (got <= 0) return false;
    place += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int file, const void* data, std::size_t bytes) {
  const auto* place = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t put = write(file, place, bytes);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    place += put;
    bytes -= static_cast<std::size_t>(put);
  }
  return true;
}

// Its parts one after the other, given to transfer(address, bytes): totals first, which tell how long the others are.
template <class Transfer>
bool each_part(TrialResult& result, Transfer transfer) {
  if (!transfer(static_cast<TrialTotals*>(&result), sizeof(TrialTotals))) return false;
  const auto callers = static_cast<std::size_t>(result.threads);
  const auto own = static_cast<std::size_t>(result.own_threads);
  result.operations_of.resize(callers);
  result.work_of_own.resize(own);
  result.slice_operations.resize(callers);
  return transfer(result.operations_of.data(), callers * sizeof(std::uint64_t)) &&
         transfer(result.work_of_own.data(), own * sizeof(std::uint64_t)) &&
         transfer(result.slice_operations.data(), callers * sizeof(TrialResult::Slices)) &&
         transfer(&result.times, sizeof result.times);
}

}  // namespace

std::string_view to_string(TrialStatus status) {
  return enum_text(status);
}

double TrialFigures::fair_share() const {
  const auto& work = own_threads > 0 ? work_of_own : operations_of;
  const auto all = std::accumulate(work.begin(), work.end(), std::uint64_t{0});
  if (all == 0) return 0;
  return static_cast<double>(std::ranges::min(work)) * static_cast<double>(work.size()) / static_cast<double>(all);
}

TrialResult run_trial(const PrepareSubject& prepare, const TrialOptions& options, const PrepareSubject& reference) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("cannot make a pipe for a trial");
  // What the parent has freed goes back to the system: else the child's heap would be made of copies of its pages.
  malloc_trim(0);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork a trial");
  if (child == 0) {
    signal(SIGINT, SIG_IGN);  // the parent finishes the trial and then stops
    close(ends[0]);
    TrialResult result = run_here(prepare, options, reference);
    const bool written =
        each_part(result, [&](const void* data, std::size_t bytes) { return write_all(ends[1], data, bytes); });
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  TrialResult result;
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(30) + std::chrono::milliseconds(options.window_ms);
  const bool complete =
      each_part(result, [&](void* data, std::size_t bytes) { return read_all(ends[0], data, bytes, deadline); });
  close(ends[0]);
  int ended = 0;
  const bool running = !complete && waitpid(child, &ended, WNOHANG) == 0;
  if (running) kill(child, SIGKILL);
  if (complete || running) waitpid(child, &ended, 0);
  if (!complete) {
    result = {};
    result.status = running ? TrialStatus::hung : TrialStatus::crashed;
    result.threads = options.threads;
    result.operations_of.resize(static_cast<std::size_t>(options.threads));
  }
  return result;
}

}  // namespace contend
