#include "tests/support/real_input.hpp"

#include <cstdlib>

namespace contend {

std::optional<std::filesystem::path> real_input(const std::string& name) {
  const char* chosen = std::getenv("CONTEND_DATA");  // NOLINT(concurrency-mt-unsafe): before any thread starts
  const std::filesystem::path root = source_folder();
  for (const std::filesystem::path& folder :
       {chosen != nullptr ? std::filesystem::path(chosen) : root / ".." / "shared" / "data", root / "tests" / "data"}) {
    if (std::filesystem::exists(folder / name)) return folder / name;
  }
  return std::nullopt;
}

std::filesystem::path source_folder() {
  return CONTEND_ROOT;
}

std::string no_real_input(const std::string& name) {
  return name + " is not there: CONTEND_DATA names the folder of real inputs, ../shared/data if it is not set";
}

}  // namespace contend
