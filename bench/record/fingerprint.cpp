#include "bench/record/fingerprint.hpp"

#include <fmt/core.h>
#include <gnu/libc-version.h>
#include <oneapi/tbb/version.h>

#include <boost/version.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/engine/machine.hpp"

namespace contend {
namespace {

// Its first word; "unknown" where the system has no such file.
std::string first_word_of(const char* path) {
  std::ifstream file(path);
  std::string word;
  return file >> word ? word : "unknown";
}

int numa_nodes() {
  int nodes = 0;
  while (std::filesystem::exists(fmt::format("/sys/devices/system/node/node{}", nodes))) ++nodes;
  return nodes;
}

}  // namespace

nlohmann::json machine_json() {
  const bool guest = first_line_with("/proc/cpuinfo", "flags").find(" hypervisor") != std::string::npos;
  constexpr double gibibyte = 1024.0 * 1024 * 1024;
  return {{"memory_gib", std::round(static_cast<double>(memory_bytes()) / gibibyte)},
          {"numa_nodes", numa_nodes()},
          {"smt", first_word_of("/sys/devices/system/cpu/smt/active") == "1"},
          {"guest", guest},
          {"governor", first_word_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")}};
}

nlohmann::json libraries_json() {
  return {{"glibc", gnu_get_libc_version()},
          {"libstdc++", fmt::format("{}.{}", _GLIBCXX_RELEASE, __GLIBCXX__)},
          {"TBB", TBB_runtime_version()},
          {"Boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)}};
}

}  // namespace contend
