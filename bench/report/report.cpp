#include "bench/report/report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "bench/record/results_json.hpp"
#include "bench/record/write_file.hpp"
#include "bench/report/assets.hpp"
#include "bench/report/card.hpp"
#include "bench/report/html.hpp"
#include "bench/report/lead.hpp"
#include "bench/report/picture.hpp"
#include "bench/report/shown.hpp"

namespace contend {
namespace {

// Nothing inside a script element may look like its end.
std::string script_safe(std::string text) {
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at + 3))
    text.insert(at + 1, 1, '\\');
  return text;
}

// The picture as an image of its own, so that its style and the page's keep apart; and as a file to save.
std::string picture_element(const nlohmann::json& results) {
  const std::string picture = picture_of(results);
  if (picture.empty()) return "";
  const std::string address = "data:image/svg+xml," + percent_encoded(picture);
  return fmt::format(
      "<details><summary>As a picture</summary><img src=\"{}\" alt=\"Every design of each system, by how many times as "
      "fast "
      "as the reference it is\"><p><a id=\"save-picture\" download=\"contend.svg\">Save it as SVG</a></p></details>",
      address);
}

std::string page_of(const nlohmann::json& results) {
  std::string page = read_asset("page.html");
  replace_mark(page, "<!--LEAD-->", leading_table(results));
  replace_mark(page, "<!--PICTURE-->", picture_element(results));
  replace_mark(page, "/*CHART*/", script_safe(read_text(CONTEND_CHART_JS)));
  replace_mark(page, "/*DATA*/", script_safe(shown_of(results).dump()));
  return page;
}

}  // namespace

void draw_set(const std::string& results, const std::filesystem::path& folder) {
  const nlohmann::json all = nlohmann::json::parse(results);
  write_file(folder / "report.html", page_of(all));
  if (const std::string picture = picture_of(all); !picture.empty()) write_file(folder / "report.svg", picture);
  write_file(folder / "README.md", card_of(all));
}

}  // namespace contend
