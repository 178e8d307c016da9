#include "tests/support/real_input.hpp"

#include <cstdlib>

namespace contend {

std::optional<std::filesystem::path> real_input(const std::string& name) {
  const char* chosen = std::getenv("CONTEND_DATA");  // NOLINT(concurrency-mt-unsafe): before any thread starts
  const std::filesystem::path folder = chosen != nullptr
                                           ? std::filesystem::path(chosen)
                                           : std::filesystem::path(CONTEND_ROOT) / ".." / "shared" / "data";
  std::filesystem::path file = folder / name;
  if (!std::filesystem::exists(file)) return std::nullopt;
  return file;
}

std::string no_real_input(const std::string& name) {
  return name + " is not there: CONTEND_DATA names the folder of real inputs, ../shared/data if it is not set";
}

}  // namespace contend
