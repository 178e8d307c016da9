#include "bench/report/card.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "bench/report/facts.hpp"

namespace contend {
namespace {

std::string table_of(const char* head, const Facts& facts) {
  std::string text = fmt::format("| {} | |\n|---|---|\n", head);
  for (const auto& [name, words] : facts) text += fmt::format("| {} | {} |\n", name, words);
  return text + "\n";
}

std::string repeated_by(const nlohmann::json& results) {
  std::string text = "bench/run";
  for (const nlohmann::json& argument : results.at("context").at("contend").at("arguments")) {
    text += " " + argument.get<std::string>();
  }
  return text;
}

constexpr const char* picture =
    "![times the reference, by system](report.svg)\n\n"
    "A mark is a design: a square is built on TBB, a hollow one is not told from the reference, which is one lock "
    "around everything. "
    "The best has its name and its 95 % interval.\n\n";

}  // namespace

std::string card_of(const nlohmann::json& results) {
  return fmt::format("# {}\n\n", title_of(results)) + (results.at("x_panels").empty() ? "" : picture) +
         table_of("measured on", facts_of_machine(results)) +
         table_of("the machine's own check", facts_of_check(results)) +
         fmt::format("`results.json` is what `{}` wrote, `report.html` the page of it, to be opened in a browser.\n",
                     repeated_by(results));
}

}  // namespace contend
