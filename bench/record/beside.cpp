#include "bench/record/beside.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace contend {
namespace {

using nlohmann::json;

// One line of the table: "cache/stale_after_ttl/values   524 0.02", with "19/20" before it where not all campaigns found it,
// and "-" where none did. Nothing for lines of any other shape.
json kill_of(const std::string& line) {
  std::istringstream words(line);
  std::string target;
  std::string first;
  words >> target >> first;
  if (target.empty() || target.front() == '#' || target.find('/') == std::string::npos || first.empty()) return nullptr;
  json kill{{"target", target}};
  if (first == "-") return kill;
  int found = 0;
  int campaigns = 0;
  if (std::sscanf(first.c_str(), "%d/%d", &found, &campaigns) == 2) {  // NOLINT(cert-err34-c): the count says it
    kill["missed"] = campaigns - found;
    words >> first;
  }
  double seconds = 0;
  char* end = nullptr;
  const auto schedules = std::strtoull(first.c_str(), &end, 10);
  if (*end != '\0' || !(words >> seconds)) return nullptr;
  kill["schedules"] = schedules;
  kill["seconds"] = seconds;
  return kill;
}

json kills_of(const std::string& table) {
  json kills = json::array();
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (json kill = kill_of(line); !kill.is_null()) kills.push_back(std::move(kill));
  }
  if (kills.empty())
    throw std::invalid_argument("no kill table is in that file; stress/run --hunt --kill-table 20 prints one.");
  return kills;
}

json hunts_of(const std::vector<std::string>& texts) {
  json hunts = json::array();
  for (const std::string& text : texts) {
    for (json& hunt : json::parse(text)) {
      if (!hunt.is_object() || !hunt.contains("target") || !hunt.contains("schedules")) {
        throw std::invalid_argument("no hunts are in that file; stress/run --hunt --json FILE writes them.");
      }
      hunts.push_back(std::move(hunt));
    }
  }
  return hunts;
}

}  // namespace

void add_beside(json& results, const Beside& beside) {
  if (!results.contains("x_deadlock")) results["x_deadlock"] = nullptr;
  if (!beside.deadlocks.empty()) results["x_deadlock"] = json::array();
  for (const std::string& text : beside.deadlocks) {
    for (const json& survival : json::parse(text)) results["x_deadlock"].push_back(survival);
  }
  json& hunt = results["x_hunt"];
  if (!hunt.is_object()) hunt = {{"rows", json::array()}, {"kills", json::array()}};
  if (!beside.hunts.empty()) hunt["rows"] = hunts_of(beside.hunts);
  if (!beside.kill_table.empty()) hunt["kills"] = kills_of(beside.kill_table);
}

std::string with_beside(const std::string& results, const Beside& beside) {
  json all = json::parse(results);
  add_beside(all, beside);
  return all.dump();
}

}  // namespace contend
