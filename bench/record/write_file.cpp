#include "bench/record/write_file.hpp"

#include <fmt/core.h>

#include <fstream>
#include <stdexcept>

namespace contend {

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) {
    throw std::runtime_error(fmt::format("cannot write {}: is the disk full, or the folder read-only?", path.string()));
  }
}

}  // namespace contend
