// An ordinary program as a scenario: its main, which was given another name in its object file.

#include <unistd.h>

#include <array>
#include <filesystem>

#include "stress/hunt/command/targets.hpp"
#include "stress/hunt/runtime/message.hpp"

extern "C" int hunted_main(int argc, char** argv, char** environment);

namespace contend::hunt {
namespace {

void run_main() {
  static char name[] = "program";
  char* arguments[] = {name, nullptr};
  const int code = hunted_main(1, arguments, environ);
  if (code == 0) return;
  Message text;
  text.add("main returned ").add_number(static_cast<std::uint64_t>(code));
  found(FindingKind::assertion, 0, text.text());
}

}  // namespace

std::vector<Target> targets() {
  const std::string name = std::filesystem::read_symlink("/proc/self/exe").stem().string();
  return {{Scenario{name, [](const Workload&) { run_main(); }, false}, false, true}};
}

}  // namespace contend::hunt
