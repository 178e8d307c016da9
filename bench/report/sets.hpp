#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace contend {

struct SetOfResults {
  std::string name;
  std::string results;  // the text of its results.json
};

// The name by which a page calls a file of results: its folder.
std::string name_of_set(const std::filesystem::path& results);

// One page over several sets, without a script: which verdicts turn round, and by what the sets differ then; and what each set
// said of each design. A ratio is always of one set, so machines are never mixed.
std::string page_of_sets(const std::vector<SetOfResults>& sets);

}  // namespace contend
