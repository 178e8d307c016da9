#include "bench/report/sets.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "bench/engine/copies.hpp"
#include "bench/report/assets.hpp"
#include "bench/report/facts.hpp"
#include "bench/report/html.hpp"

namespace contend {
namespace {

using nlohmann::json;

struct Said {
  std::string verdict;
  double ratio = 1;
};

// System, workload, threads, design: what every set said of it, in the order of the sets.
using Asked = std::tuple<std::string, std::string, int, std::string>;
using Answers = std::map<Asked, std::vector<std::optional<Said>>>;

struct Column {
  std::string name;
  std::string title;
  Facts machine;
};

void collect(const json& results, std::size_t set, std::size_t sets, Answers& answers) {
  for (const json& panel : results.at("x_panels")) {
    for (const json& row : panel.at("rows")) {
      const std::string design = row.at("implementation");
      if (is_yardstick(design) || design == "noop" || !row.value("trouble", "").empty()) continue;
      auto& said = answers[{panel.at("system"), panel.at("workload"), panel.at("threads"), design}];
      said.resize(sets);
      said[set] = Said{row.at("verdict"), row.at("ratio_to_reference")};
    }
  }
}

bool anywhere(const std::vector<std::optional<Said>>& answers, const std::string& verdict) {
  return std::ranges::any_of(answers, [&](const auto& said) { return said && said->verdict == verdict; });
}

bool turns(const std::vector<std::optional<Said>>& answers) {
  return anywhere(answers, "win") && anywhere(answers, "loss");
}

// By what the sets that call it a win differ from those that call it a loss: facts of which no value stands on both sides.
std::string apart(const std::vector<std::optional<Said>>& answers, const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (std::size_t fact = 0; fact < columns.front().machine.size(); ++fact) {
    std::set<std::string> wins;
    std::set<std::string> losses;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& value = columns[i].machine[fact].second;
      if (answers[i] && answers[i]->verdict == "win") wins.insert(value);
      if (answers[i] && answers[i]->verdict == "loss") losses.insert(value);
    }
    const auto on_both = [&](const std::string& value) { return losses.contains(value); };
    if (std::ranges::none_of(wins, on_both)) names.push_back(columns.front().machine[fact].first);
  }
  return names.empty() ? "the time and the commit" : fmt::format("{}", fmt::join(names, ", "));
}

std::string cell_of(const std::optional<Said>& said) {
  if (!said) return "<td class=\"number\">-</td>";
  const char* const sign = said->verdict == "win"    ? "▲"
                           : said->verdict == "loss" ? "▼"
                           : said->verdict == "tie"  ? "="
                                                     : "?";
  return fmt::format(R"(<td class="number {}" title="{}">{} {:.2f}×</td>)", said->verdict, said->verdict, sign,
                     said->ratio);
}

std::string heads_of(const std::vector<Column>& columns) {
  std::string html;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    html += fmt::format(R"(<th scope="col" class="number"><abbr title="{}">{}</abbr></th>)", escaped(columns[i].name),
                        i + 1);
  }
  return html;
}

std::string table_of_sets(const std::vector<Column>& columns) {
  std::string html =
      "<table class=\"cards\"><caption>The sets, by number</caption><thead><tr><th scope=\"col\">set</th>";
  for (const auto& [name, words] : columns.front().machine) html += "<th scope=\"col\">" + name + "</th>";
  html += "</tr></thead><tbody>";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    html += fmt::format(R"(<tr><th scope="row">{}: {}<div class="why">{}</div></th>)", i + 1, escaped(columns[i].name),
                        escaped(columns[i].title));
    for (const auto& [name, words] : columns[i].machine) {
      html += fmt::format(R"(<td data-column="{}"><div>{}</div></td>)", name, escaped(words));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>";
}

std::string row_of(const Asked& asked, const std::vector<std::optional<Said>>& answers) {
  const auto& [system, workload, threads, design] = asked;
  std::string html = fmt::format(R"(<tr><th scope="row">{}<div class="why">{}, {} thr.</div></th>)", escaped(design),
                                 escaped(workload), threads);
  for (const auto& said : answers) html += cell_of(said);
  return html;
}

std::string table_of_turns(const Answers& answers, const std::vector<Column>& columns) {
  std::string rows;
  for (const auto& [asked, said] : answers) {
    if (turns(said)) {
      rows += row_of(asked, said) + fmt::format("<td>{}, {}</td></tr>\n", std::get<0>(asked), apart(said, columns));
    }
  }
  if (rows.empty()) return "<p>None: no set calls faster than the reference what another calls slower.</p>";
  return "<div class=\"wide\"><table><caption>Won in one set and lost in another</caption><thead><tr><th "
         "scope=\"col\">design</th>" +
         heads_of(columns) + "<th scope=\"col\">system; the sides differ in</th></tr></thead><tbody>" + rows +
         "</tbody></table></div>";
}

// What stands in one set alone says nothing about agreement.
void leave_shared(Answers& answers) {
  std::erase_if(answers, [](const auto& answer) {
    return std::ranges::count_if(answer.second, [](const auto& said) { return said.has_value(); }) < 2;
  });
}

std::string count_of(const Answers& answers) {
  const auto shared = static_cast<int>(answers.size());
  int same = 0;
  int once = 0;
  int turned = 0;
  for (const auto& [asked, said] : answers) {
    const auto decided = [](const auto& one) { return one && one->verdict != "undecided"; };
    const auto sides = std::ranges::count_if(said, decided);
    if (turns(said)) {
      ++turned;
    } else if (sides > 1) {
      ++same;
    } else if (sides == 1) {
      ++once;
    }
  }
  return fmt::format(
      "<p class=\"answer\">{} comparisons stand in more than one set. Decided in several, never on both sides: {}. "
      "Decided in one "
      "alone: {}. In none: {}. Turned round: {}.</p>",
      shared, same, once, shared - same - once - turned, turned);
}

std::string systems_of(const Answers& answers, const std::vector<Column>& columns) {
  std::string html;
  std::string system;
  for (const auto& [asked, said] : answers) {
    if (std::get<0>(asked) != system) {
      html += system.empty() ? "" : "</tbody></table></div></details>";
      system = std::get<0>(asked);
      html += fmt::format(
          "<details><summary>{}</summary><div class=\"wide\"><table><caption>{}: times the reference of the same "
          "set</caption><thead><tr><th scope=\"col\">design</th>{}</tr></thead><tbody>",
          system, system, heads_of(columns));
    }
    html += row_of(asked, said) + "</tr>\n";
  }
  return system.empty() ? html : html + "</tbody></table></div></details>";
}

}  // namespace

std::string name_of_set(const std::filesystem::path& results) {
  const std::filesystem::path folder = std::filesystem::absolute(results).parent_path();
  return (folder.parent_path().filename() / folder.filename()).string();
}

std::string page_of_sets(const std::vector<SetOfResults>& sets) {
  Answers answers;
  std::vector<Column> columns;
  for (const SetOfResults& set : sets) {
    const json results = json::parse(set.results);
    collect(results, columns.size(), sets.size(), answers);
    columns.push_back({set.name, title_of(results), facts_of_machine(results)});
  }
  leave_shared(answers);
  std::string page = read_asset("sets.html");
  replace_mark(page, "<!--SETS-->", table_of_sets(columns));
  replace_mark(page, "<!--COUNT-->", count_of(answers));
  replace_mark(page, "<!--TURNS-->", table_of_turns(answers, columns));
  replace_mark(page, "<!--SYSTEMS-->", systems_of(answers, columns));
  return page;
}

}  // namespace contend
