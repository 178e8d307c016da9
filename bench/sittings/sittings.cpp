#include "bench/sittings/sittings.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "bench/engine/google_benchmark.hpp"
#include "bench/record/write_file.hpp"
#include "bench/sittings/exit_codes.hpp"

namespace contend {
namespace {

using Clock = std::chrono::steady_clock;

std::filesystem::path place_of(const Call& call, int number) {
  return call.out / "sittings" / fmt::format("{}.json", number + 1);
}

// A file is there whole or not at all: whoever reads it may come at any time.
void write_whole(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path unfinished = path.string() + ".part";
  write_file(unfinished, text);
  std::filesystem::rename(unfinished, path);
}

std::string in_ms(Clock::duration time) {
  return fmt::format("{}",
                     std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::milliseconds>(time).count()));
}

// The process of the sitting that runs, for the handler of signals; 0 if there is none.
std::atomic<pid_t> running_sitting{0};

void stop(int) {
  sitting_interrupted = true;
  const pid_t sitting = running_sitting;
  // A terminal signals both; a sitting that is told twice ends once.
  if (sitting > 0) kill(sitting, SIGINT);
}

int start_and_wait(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv.data(), environ);
  if (error != 0) {
    errno = error;
    throw std::runtime_error(fmt::format("cannot start a sitting: {}", std::strerror(error)));
  }
  running_sitting = child;
  if (sitting_interrupted) kill(child, SIGINT);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  running_sitting = 0;
  return status;
}

// What the sitting must be told beyond what the user said; a later option wins over an earlier one.
std::vector<std::string> arguments_of(const Call& call, int number, Clock::duration budget, Clock::duration later) {
  std::vector<std::string> arguments = call.arguments;
  const auto add = [&](const std::string& option, const std::string& value) {
    arguments.push_back(option);
    arguments.push_back(value);
  };
  add("--sitting", fmt::format("{}", number));
  add("--sitting-file", place_of(call, number).string());
  add("--sitting-ms", in_ms(budget));
  add("--later-ms", in_ms(later));
  return arguments;
}

}  // namespace

ResultFile run_sittings(const Call& call, const SittingOptions& options, const std::vector<BenchSystem>& systems) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, stop);
  std::filesystem::remove_all(call.out / "sittings");
  std::filesystem::create_directories(call.out / "sittings");
  const auto start = Clock::now();
  const auto left = [&] { return options.budget - (Clock::now() - start); };
  std::vector<ResultFile> files;
  for (int number = 0; number < options.of && !sitting_interrupted; ++number) {
    const Clock::duration share = left() / (options.of - number);
    const int status = start_and_wait(arguments_of(call, number, share, left() - share));
    if (std::filesystem::exists(place_of(call, number))) {
      files.push_back(read_results(place_of(call, number), systems));
      files.back().record.sittings.front().complete &= WIFEXITED(status);
    }
    const bool as_it_should =
        WIFEXITED(status) && (WEXITSTATUS(status) == exit_ok || WEXITSTATUS(status) == exit_interrupted);
    if (!as_it_should) {
      throw std::runtime_error(fmt::format("sitting {} ended with {} {}; what it had measured is below {}.", number + 1,
                                           WIFEXITED(status) ? "code" : "signal",
                                           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
                                           (call.out / "sittings").string()));
    }
  }
  if (files.empty()) throw std::runtime_error("nothing was measured before it was interrupted.");
  return merge(std::move(files));
}

int run_one_sitting(const Call& call, const SittingOptions& asked, const std::vector<BenchSystem>& systems) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, [](int) { sitting_interrupted = true; });
  SittingOptions options = asked;
  // Another key order, other operations, another order of trials.
  options.seed += static_cast<std::uint64_t>(options.number) * 1'000'003;
  if (options.number > 0) options.tables = nullptr;
  start_google_benchmark(call.contexts);
  Record earlier;
  for (int number = 0; number < options.number; ++number) {
    earlier.append(read_results(place_of(call, number), systems).record);
  }
  Sitting sitting(options, systems, std::move(earlier));
  sitting.run([&](const Record& record) {
    write_whole(call.sitting_file, sitting_json(record, {options.rounds, options.window_ms, call.repeat_with}));
  });
  return sitting_interrupted ? exit_interrupted : exit_ok;
}

}  // namespace contend
