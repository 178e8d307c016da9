#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace contend {

// Draws every set of a folder of results again, <machine>/<set>/results.json; of all together sets.html; and in the
// folder's README.md what stands between <!-- gallery --> and <!-- end of gallery -->: each set's picture. The kill table is
// hunt/kill-table.txt, where there is one. What is called local is left alone. Answers with the files that it wrote. Throws
// with a sentence where one cannot be read or written, or the README has no such place.
std::vector<std::string> draw_gallery(const std::filesystem::path& folder);

}  // namespace contend
