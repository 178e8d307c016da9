#include "bench/kv_store/key_space.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

namespace contend::kv_store {
namespace {

// Before the number of a path that comes again. No path of the database has it, so that all keys differ.
constexpr char again = ';';

std::vector<std::string> read_package_database() {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& list : std::filesystem::directory_iterator("/var/lib/dpkg/info", none)) {
    if (list.path().extension() != ".list") continue;
    std::ifstream file(list.path());
    for (std::string line; std::getline(file, line);) {
      if (line.size() > 2 && line.find(again) == std::string::npos) found.push_back(line);
    }
  }
  return found;
}

const std::vector<std::string>& paths() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> found = read_package_database();
    std::ranges::sort(found);
    const auto duplicates = std::ranges::unique(found);
    found.erase(duplicates.begin(), duplicates.end());
    while (found.size() < 1000) found.push_back("/made/up/path/" + std::to_string(found.size()));
    std::ranges::shuffle(found, std::mt19937_64(1));
    return found;
  }();
  return all;
}

}  // namespace

KeySpace::KeySpace(std::size_t count) {
  begins_.reserve(count + 1);
  for (std::size_t number = 0; number < count; ++number) {
    begins_.push_back(bytes_.size());
    bytes_ += paths()[number % paths().size()];
    if (number >= paths().size()) bytes_ += again + std::to_string(number / paths().size());
  }
  begins_.push_back(bytes_.size());
}

KeySpace::KeySpace(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    begins_.push_back(bytes_.size());
    bytes_ += key;
  }
  begins_.push_back(bytes_.size());
}

const KeySpace& key_space(std::size_t count) {
  static std::map<std::size_t, KeySpace> made;
  return made.try_emplace(count, count).first->second;
}

std::uint32_t file_bytes(std::size_t number) {
  static const std::vector<std::uint32_t> sizes = [] {
    std::vector<std::uint32_t> found;
    for (const std::string& path : paths()) {
      std::error_code missing;
      const auto size = std::filesystem::file_size(path, missing);
      found.push_back(missing ? 64 : static_cast<std::uint32_t>(std::min<std::uintmax_t>(size, longest_file)));
    }
    return found;
  }();
  return sizes[number % sizes.size()];
}

}  // namespace contend::kv_store
