#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace contend {

// The CPUs on which this process may run.
std::vector<int> allowed_cpus();
// How many these are; at least 1.
int usable_cores();
// Of the steady clock.
inline std::int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}
// How many threads this process has now.
int threads_of_process();
// How much memory it has.
std::size_t memory_bytes();
// Ties the calling thread to the CPU, or says on standard error that it could not.
void pin_to(int cpu);

// How the machine's CPUs have been used since some fixed moment.
struct CpuUse {
  double busy_s = 0;                       // by all processes, this one included; counted in hundredths of a second
  double stolen_s = 0;                     // by the hypervisor for other guests
  double own_s = 0;                        // by this process
  std::uint64_t involuntary_switches = 0;  // of threads of this process that wanted to go on
};
CpuUse cpu_use();

// How long one step of a fixed chain of dependent arithmetic takes now, the best of a few tries: it shows a core that
// has become slower, whatever the reason. Takes less than a millisecond.
double canary_ns();

// Of the kernel, as `uname -sr` prints it.
std::string kernel_name();
// The value of the first line of a file such as /proc/cpuinfo that begins with `key`, or "unknown".
std::string first_line_with(const char* path, const std::string& key);

}  // namespace contend
