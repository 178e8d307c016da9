#include "bench/report/gallery.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/record/results_json.hpp"
#include "bench/record/write_file.hpp"
#include "bench/report/facts.hpp"
#include "bench/report/report.hpp"
#include "bench/report/sets.hpp"

namespace contend {
namespace {

namespace fs = std::filesystem;

// Folders of sets: those that have a picture, or from which one can be drawn. The newest of a machine first.
std::vector<fs::path> sets_of(const fs::path& folder) {
  std::vector<fs::path> sets;
  for (const auto& machine : fs::directory_iterator(folder)) {
    if (!machine.is_directory() || machine.path().filename() == "local") continue;
    for (const auto& set : fs::directory_iterator(machine)) {
      if (fs::exists(set.path() / "results.json") || fs::exists(set.path() / "report.svg")) sets.push_back(set.path());
    }
  }
  std::ranges::sort(
      sets, [](const fs::path& a, const fs::path& b) { return a.parent_path() != b.parent_path() ? a < b : b < a; });
  return sets;
}

// Two pictures beside each other, each with the name of its set above.
std::string framed(const fs::path& folder, const std::vector<fs::path>& sets) {
  std::string html = "<table>\n";
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::string place = fs::relative(sets[i], folder).generic_string();
    html += fmt::format(
        "{0}<td><a href=\"{1}\">{1}</a><br><img src=\"{1}/report.svg\" width=\"420\" alt=\"times the reference, by "
        "system\"></td>{2}\n",
        i % 2 == 0 ? "<tr>" : "", place, i % 2 == 1 || i + 1 == sets.size() ? "</tr>" : "");
  }
  return html + "</table>\n";
}

void write_gallery(const fs::path& readme, const std::string& gallery) {
  constexpr std::string_view opening = "<!-- gallery -->\n";
  constexpr std::string_view closing = "<!-- end of gallery -->";
  std::string text = read_text(readme);
  const std::size_t begin = text.find(opening);
  const std::size_t end = text.find(closing);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    throw std::invalid_argument(fmt::format(
        "{} has no place for the gallery: <!-- gallery -->, then <!-- end of gallery -->.", readme.string()));
  }
  text.replace(begin + opening.size(), end - begin - opening.size(), gallery);
  write_file(readme, text);
}

}  // namespace

std::vector<std::string> draw_gallery(const fs::path& folder) {
  std::vector<std::string> written;
  std::vector<SetOfResults> sets;
  const std::vector<fs::path> folders = sets_of(folder);
  Beside beside;
  if (fs::exists(folder / "hunt/kill-table.txt")) beside.kill_table = read_text(folder / "hunt/kill-table.txt");
  for (const fs::path& set : folders) {
    if (!fs::exists(set / "results.json")) continue;
    sets.push_back({name_of_set(set / "results.json"), read_json(set / "results.json")});
    draw_set(with_beside(sets.back().results, beside), set);
    written.push_back((set / "report.html").string());
  }
  if (sets.empty()) {
    throw std::invalid_argument(fmt::format("{} holds no <machine>/<set>/results.json.", folder.string()));
  }
  write_gallery(folder / "README.md", framed(folder, folders));
  write_file(folder / "sets.html", page_of_sets(sets));
  written.push_back((folder / "sets.html").string());
  written.push_back((folder / "README.md").string());
  return written;
}

}  // namespace contend
