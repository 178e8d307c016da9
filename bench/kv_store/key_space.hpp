#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contend::kv_store {

// The store's keys: file paths of Debian's package database in a fixed shuffled order, some 150,000 on a desktop; made-up
// paths where there is no such database. Where more are asked for, the paths come again, with a number behind each.
class KeySpace {
 public:
  // O(bytes) memory: about 70 bytes a key, in one piece.
  explicit KeySpace(std::size_t count);
  // Or any other keys, which must differ.
  explicit KeySpace(const std::vector<std::string>& keys);

  std::string_view operator[](std::size_t number) const {
    return {bytes_.data() + begins_[number], begins_[number + 1] - begins_[number]};
  }
  std::size_t size() const { return begins_.size() - 1; }

 private:
  std::string bytes_;
  std::vector<std::size_t> begins_;
};

// The same, made once for each count and kept until the process ends. For one thread.
const KeySpace& key_space(std::size_t count);

// How long the value under a key is where values stand for the files themselves: as long as the file, at most
// `longest_file`, so that all of it fits into memory; small where there is no such file. Looked up at the first call.
inline constexpr std::size_t longest_file = 8192;
std::uint32_t file_bytes(std::size_t number);

}  // namespace contend::kv_store
