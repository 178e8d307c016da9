#include "bench/report/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "bench/record/write_file.hpp"

namespace contend {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

void replace(std::string& text, const std::string& mark, const std::string& with) {
  const std::size_t place = text.find(mark);
  if (place == std::string::npos) throw std::runtime_error("the page of the report has lost its mark " + mark);
  text.replace(place, mark.size(), with);
}

// Puts each file that the page names, /*FILE name*/, in its place.
void join_files(std::string& page, const std::filesystem::path& folder) {
  constexpr std::string_view opening = "/*FILE ";
  constexpr std::string_view closing = "*/";
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    const std::size_t end = page.find(closing, at);
    const std::string name = page.substr(at + opening.size(), end - at - opening.size());
    const std::string text = read_file(folder / name);
    if (text.empty()) throw std::runtime_error(fmt::format("cannot read {}", (folder / name).string()));
    page.replace(at, end + closing.size() - at, text);
    at += text.size();
  }
}

// Nothing inside a script element may look like its end.
std::string script_safe(std::string text) {
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at + 3))
    text.insert(at + 1, 1, '\\');
  return text;
}

// What the page says of all trials together; thousands of them would make it ten times as long.
nlohmann::json summary_of_trials(const nlohmann::json& trials) {
  int disturbed = 0;
  int wrong = 0;
  double stolen = 0;
  double overlap = 1;
  std::vector<double> canaries;
  for (const nlohmann::json& trial : trials) {
    disturbed += trial.at("disturbed").get<bool>() ? 1 : 0;
    wrong += trial.at("status") == "ok" ? 0 : 1;
    stolen += trial.at("stolen_core").get<double>();
    overlap = std::min(overlap, trial.at("overlap").get<double>());
    for (const double ns : trial.at("canary_ns")) canaries.push_back(ns);
  }
  nlohmann::json summary{{"count", trials.size()}, {"disturbed", disturbed}, {"wrong", wrong}};
  if (trials.empty()) return summary;
  std::ranges::sort(canaries);
  summary["stolen_core"] = stolen / static_cast<double>(trials.size());
  summary["overlap"] = overlap;
  summary["canary_ns"] = {canaries.front(), canaries[canaries.size() / 2], canaries.back()};
  return summary;
}

}  // namespace

void write_report(const std::string& results, const std::filesystem::path& html) {
  const std::filesystem::path assets = CONTEND_REPORT_ASSETS;
  std::string page = read_file(assets / "page.html");
  if (page.empty()) throw std::runtime_error(fmt::format("cannot read the report's page in {}", assets.string()));
  nlohmann::json shown = nlohmann::json::parse(results);
  shown["x_trials"] = summary_of_trials(shown["x_trials"]);
  shown.erase("benchmarks");
  shown.erase("x_times");
  join_files(page, assets);
  replace(page, "/*CHART*/", script_safe(read_file(CONTEND_CHART_JS)));
  replace(page, "/*DATA*/", script_safe(shown.dump()));
  write_file(html, page);
}

}  // namespace contend
