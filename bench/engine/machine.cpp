#include "bench/engine/machine.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace contend {

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

int usable_cores() {
  return std::max(1, static_cast<int>(allowed_cpus().size()));
}

int threads_of_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

std::size_t memory_bytes() {
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0) {
    std::fprintf(stderr, "bench: cannot pin a thread to CPU %d; figures will be noisier\n", cpu);
  }
}

CpuUse cpu_use() {
  std::ifstream stat("/proc/stat");
  std::string label;
  enum Field : std::uint8_t { user, nice, system, idle, iowait, irq, softirq, steal, fields };
  std::array<double, fields> jiffies{};
  stat >> label;
  for (double& field : jiffies) stat >> field;
  const auto tick_s = 1 / static_cast<double>(sysconf(_SC_CLK_TCK));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {.busy_s = tick_s * (jiffies[user] + jiffies[nice] + jiffies[system] + jiffies[irq] + jiffies[softirq]),
          .stolen_s = tick_s * jiffies[steal],
          .own_s = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

double canary_ns() {
  using Clock = std::chrono::steady_clock;
  constexpr int steps = 50'000;
  double best = 1e9;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto begin = Clock::now();
    std::uint64_t state = static_cast<std::uint64_t>(attempt);
    for (int i = 0; i < steps; ++i) state = state * 6364136223846793005U + 1442695040888963407U;
    asm volatile("" : : "r"(state));  // keeps the chain
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / steps);
  }
  return best;
}

std::string kernel_name() {
  utsname name{};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "unknown";
}

std::string first_line_with(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return "unknown";
}

}  // namespace contend
