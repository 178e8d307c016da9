#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace contend {

// The CPUs that this process may run on.
std::vector<int> allowed_cpus();
// Ties the calling thread to the CPU; where that fails, says so on standard error.
void pin_to(int cpu);

// What the machine's CPUs have been used for since some fixed moment.
struct CpuUse {
  double busy_s = 0;                       // by all processes, this one included; told in hundredths of a second
  double stolen_s = 0;                     // by the hypervisor for other guests
  double own_s = 0;                        // by this process
  std::uint64_t involuntary_switches = 0;  // of threads of this process that wanted to go on
};
CpuUse cpu_use();

// How long one step of a fixed chain of dependent arithmetic takes now, the best of a few tries: a core that is slower
// than it was shows here, whatever the reason. Takes less than a millisecond.
double canary_ns();

// Of the kernel, as `uname -sr` prints it.
std::string kernel_name();
// The value of the first line of a file such as /proc/cpuinfo that begins with `key`, or "unknown".
std::string first_line_with(const char* path, const std::string& key);

}  // namespace contend
