// An ordinary program as a scenario: its main, which was given another name in its object file.

#include <unistd.h>

#include <array>
#include <filesystem>

#include "stress/hunt/command/targets.hpp"
#include "stress/hunt/runtime/message.hpp"

extern "C" int hunted_main(int argc, char** argv, char** environment);

namespace contend::hunt {
namespace {

constexpr std::size_t most_outcomes = 256;

struct Outcomes {
  bool counted;
  std::uint64_t of[most_outcomes];
};
HUNT_STATE constinit Outcomes outcomes{};

void run_main() {
  static char name[] = "program";
  char* arguments[] = {name, nullptr};
  const int code = hunted_main(1, arguments, environ);
  if (outcomes.counted) {
    ++outcomes.of[static_cast<std::size_t>(code) % most_outcomes];
    return;
  }
  if (code == 0) return;
  Message text;
  text.add("main returned ").add_number(static_cast<std::uint64_t>(code));
  found(FindingKind::assertion, 0, text.text());
}

}  // namespace

// See stress/hunt/history.hpp.
extern "C" [[noreturn]] void contend_hunt_found(const char* text) {
  found(FindingKind::verdict, 0, text);
}

std::vector<Target> targets() {
  const std::string name = std::filesystem::read_symlink("/proc/self/exe").stem().string();
  return {{Scenario{name, [](const Workload&) { run_main(); }, false}, false, true}};
}

void count_outcomes() {
  outcomes.counted = true;
}
std::vector<std::uint64_t> counted_outcomes() {
  return {outcomes.of, outcomes.of + most_outcomes};
}

}  // namespace contend::hunt
