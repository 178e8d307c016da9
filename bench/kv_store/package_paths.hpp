#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace contend::kv_store {

// The store's keys: up to 20,000 file paths of Debian's package database in a fixed shuffled order; made-up paths where
// there is no such database. Read at the first call.
const std::vector<std::string>& keys();

// How long the value under each key is where values stand for the files themselves: as long as the file, at most
// `longest_file`, so that all of it fits into memory; small where there is no such file.
inline constexpr std::size_t longest_file = 8192;
const std::vector<std::uint32_t>& file_bytes();

}  // namespace contend::kv_store
