#include "bench/kv_store/package_paths.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

namespace contend::kv_store {
namespace {

constexpr std::size_t max_keys = 20'000;

std::vector<std::string> read_package_database() {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& list : std::filesystem::directory_iterator("/var/lib/dpkg/info", none)) {
    if (list.path().extension() != ".list") continue;
    std::ifstream file(list.path());
    for (std::string line; std::getline(file, line);) {
      if (line.size() > 2) found.push_back(line);
    }
  }
  return found;
}

std::vector<std::string> make_keys() {
  std::vector<std::string> found = read_package_database();
  std::ranges::sort(found);
  const auto duplicates = std::ranges::unique(found);
  found.erase(duplicates.begin(), duplicates.end());
  while (found.size() < 1000) found.push_back("/made/up/path/" + std::to_string(found.size()));
  std::ranges::shuffle(found, std::mt19937_64(1));
  // A copy lies in one piece, and not between the holes that the others leave.
  return {found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), max_keys))};
}

}  // namespace

const std::vector<std::string>& keys() {
  static const std::vector<std::string> paths = make_keys();
  return paths;
}

const std::vector<std::uint32_t>& file_bytes() {
  static const std::vector<std::uint32_t> sizes = [] {
    std::vector<std::uint32_t> found;
    for (const std::string& path : keys()) {
      std::error_code missing;
      const auto size = std::filesystem::file_size(path, missing);
      found.push_back(missing ? 64 : static_cast<std::uint32_t>(std::min<std::uintmax_t>(size, longest_file)));
    }
    return found;
  }();
  return sizes;
}

}  // namespace contend::kv_store
