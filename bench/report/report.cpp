#include "bench/report/report.hpp"

#include <fmt/core.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

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

// Nothing inside a script element may look like its end.
std::string script_safe(std::string text) {
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at + 3))
    text.insert(at + 1, 1, '\\');
  return text;
}

}  // namespace

void write_report(const std::string& results, const std::filesystem::path& html) {
  const std::filesystem::path assets = CONTEND_REPORT_ASSETS;
  std::string page = read_file(assets / "page.html");
  if (page.empty()) throw std::runtime_error(fmt::format("cannot read the report's page in {}", assets.string()));
  nlohmann::json shown = nlohmann::json::parse(results);
  shown.erase("benchmarks");
  replace(page, "/*STYLE*/", read_file(assets / "page.css"));
  replace(page, "/*CHART*/", script_safe(read_file(CONTEND_CHART_JS)));
  replace(page, "/*PAGE*/", read_file(assets / "page.js"));
  replace(page, "/*DATA*/", script_safe(shown.dump()));
  std::ofstream file(html);
  file << page << std::flush;
  if (!file)
    throw std::runtime_error(fmt::format("cannot write {}: is the disk full, or the folder read-only?", html.string()));
}

}  // namespace contend
