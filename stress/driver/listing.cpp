#include "stress/driver/listing.hpp"

#include <fmt/core.h>

#include <map>
#include <string>

#include "impls/base/wrapping.hpp"

namespace contend {

void print_list(const std::vector<StressTarget>& targets) {
  std::map<std::string, std::string> notes;
  std::map<std::string, std::string> asked;
  for (const StressTarget& target : targets) {
    std::string& note = notes[target.name()];
    if (target.broken) {
      note = fmt::format("{}; caught by {}", target.summary, target.attack);
    } else {
      note += fmt::format("{}{}", note.empty() ? "under " : ", ", target.attack);
      asked[fmt::format("{} attack {}", target.system, target.attack)] = target.summary;
    }
  }
  for (const auto& [name, note] : notes) fmt::print("{}\n{}", name, paragraph(note, 4));
  for (const auto& [name, summary] : asked) fmt::print("{}\n{}", name, paragraph(summary, 4));
}

nlohmann::json list_json(const std::vector<StressTarget>& targets) {
  nlohmann::json rows = nlohmann::json::array();
  for (const StressTarget& target : targets) {
    rows.push_back({{"system", target.system},
                    {"implementation", target.implementation},
                    {"attack", target.attack},
                    {"summary", target.summary},
                    {"broken", target.broken}});
  }
  return rows;
}

}  // namespace contend
