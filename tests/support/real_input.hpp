#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace contend {

// A real input, such as "cache/oltp.gz": in the folder that CONTEND_DATA names, or in ../shared/data beside the project, or
// else, cut small, in tests/data. Nothing where it is not there: a test then skips with no_real_input(name).
std::optional<std::filesystem::path> real_input(const std::string& name);

// Where the clone lies.
std::filesystem::path source_folder();

std::string no_real_input(const std::string& name);

}  // namespace contend
