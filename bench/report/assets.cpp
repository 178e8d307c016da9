#include "bench/report/assets.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "bench/record/results_json.hpp"

namespace contend {

std::string read_asset(const std::string& name) {
  const std::filesystem::path folder = CONTEND_REPORT_ASSETS;
  std::string page = read_text(folder / name);
  constexpr std::string_view opening = "/*FILE ";
  constexpr std::string_view closing = "*/";
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    const std::size_t end = page.find(closing, at);
    const std::string text = read_text(folder / page.substr(at + opening.size(), end - at - opening.size()));
    page.replace(at, end + closing.size() - at, text);
    at += text.size();
  }
  return page;
}

void replace_mark(std::string& page, const std::string& mark, const std::string& with) {
  const std::size_t place = page.find(mark);
  if (place == std::string::npos) throw std::runtime_error("the page of the report has lost its mark " + mark);
  page.replace(place, mark.size(), with);
}

}  // namespace contend
