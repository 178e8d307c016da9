#pragma once

#include <filesystem>
#include <string>

namespace contend {

// Writes one self-contained page about the text of a result file: no request to any network, light and dark, Chart.js
// inlined. Throws std::runtime_error with a sentence when it cannot be written.
void write_report(const std::string& results, const std::filesystem::path& html);

}  // namespace contend
