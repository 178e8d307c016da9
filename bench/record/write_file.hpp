#pragma once

#include <filesystem>
#include <string>

namespace contend {

// Throws std::runtime_error with a sentence where the file cannot be written.
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace contend
