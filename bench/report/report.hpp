#pragma once

#include <filesystem>
#include <string>

namespace contend {

// Draws what the text of a result file says into `folder`: report.html, one self-contained page (no request to any network,
// light and dark, Chart.js inlined); report.svg, the picture of all systems; README.md, the picture with the machine that it
// was measured on. Together with results.json that is a folder to pass on. Throws std::runtime_error with a sentence
// where one cannot be written.
void draw_set(const std::string& results, const std::filesystem::path& folder);

}  // namespace contend
