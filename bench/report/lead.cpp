#include "bench/report/lead.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/report/html.hpp"

namespace contend {
namespace {

using nlohmann::json;

// On a narrow screen a row becomes a card, in which the name of its column stands before each figure.
std::string cell(const char* column, const std::string& html, const std::string& kind = "") {
  return fmt::format(R"(<td data-column="{}"{}><div>{}</div></td>)", column,
                     kind.empty() ? "" : " class=\"" + kind + "\"", html);
}

std::string ratio_cell(const char* column, const json& row, const char* name) {
  if (!row.contains(name)) return cell(column, "-");
  const json& ratio = row.at(name);
  std::string text = fmt::format("{:.1f}×", ratio.at("ratio").get<double>());
  if (ratio.contains("low")) {
    text += fmt::format(R"( <span class="interval">[{:.1f}, {:.1f}]</span>)", ratio.at("low").get<double>(),
                        ratio.at("high").get<double>());
  }
  return cell(column, text, ratio.at("verdict"));
}

std::string short_time(double ns) {
  if (ns <= 0) return "-";  // too few samples
  if (ns < 9999.5) return fmt::format("{:.0f} ns", ns);
  return ns < 999'500 ? fmt::format("{:.0f} µs", ns / 1e3) : fmt::format("{:.3g} ms", ns / 1e6);
}

std::string number(double value) {
  return value > 0 ? fmt::format("{:.0f}", value) : "-";
}

std::string checks_of(const json& row) {
  std::string checks = row.value("checks", "");
  std::ranges::replace(checks, '_', ' ');
  return checks.empty() ? "" : " (" + checks + ")";
}

// Of the best design to the second yardstick; nothing where the system has none.
json to_one_lock(const json& results, const json& row) {
  for (const json& panel : results.at("x_panels")) {
    const auto same = [&](const char* what) { return panel.at(what) == row.at(what); };
    if (!same("system") || !same("workload") || !same("threads")) continue;
    for (const json& design : panel.at("rows")) {
      if (design.at("implementation") == row.at("best") && design.contains("to_one_lock"))
        return design.at("to_one_lock");
    }
  }
  return nullptr;
}

std::string row_of(const json& row) {
  const std::string system = row.at("system");
  const std::string workload = row.at("workload");
  const int threads = row.at("threads");
  std::string html = fmt::format(
      R"(<tr><th scope="row"><a href="#{}/{}/{}">{}</a><div class="why">{}, {} thread{}</div></th>)", escaped(system),
      escaped(workload), threads, escaped(system), escaped(workload), threads, threads == 1 ? "" : "s");
  const std::string best = row.at("best");
  if (best.empty()) {
    const bool untested = !row.value("untested", "").empty();
    return html + cell("best design", untested ? "none: tests/run has not passed" : "none came through") + "</tr>\n";
  }
  const std::string peer = row.value("peer", "");
  html += cell("best design", escaped(peer.empty() ? best : best + " (" + peer + ")") + "<div class=\"why\">" +
                                  escaped(row.at("why").get<std::string>() + checks_of(row)) + "</div>");
  const std::string others = row.value("not_separated", "");
  html += cell("not separated from it", others.empty() ? "-" : escaped(others));
  html += cell("speed", escaped(row.at("speed").get<std::string>()));
  html += ratio_cell("to reference", row, "to_reference") + ratio_cell("to one_lock", row, "to_one_lock") +
          ratio_cell("to the best on TBB", row, "to_tbb");
  const double share = row.at("fair_share");
  html += cell("least share", share > 0 ? fmt::format("{:.2f}", share) : "-", "number");
  html += cell("p99", short_time(row.at("p99_ns")), "number");
  return html + cell("bytes per entry", number(row.at("bytes_per_entry")), "number") + "</tr>\n";
}

}  // namespace

std::string leading_table(const json& results) {
  json rows = results.value("x_summary", json::array());
  if (rows.empty()) return "";
  std::string html =
      "<table class=\"cards\"><caption>The best design of each system, with 95 % intervals of "
      "ratios</caption><thead><tr>";
  for (const char* column : {"system", "best design", "not separated from it", "speed", "to reference", "to one_lock",
                             "to the best on TBB", "least share", "p99", "bytes per entry"}) {
    html += fmt::format("<th scope=\"col\">{}</th>", column);
  }
  html += "</tr></thead><tbody>\n";
  for (json& row : rows) {
    if (json ratio = to_one_lock(results, row); !ratio.is_null()) row["to_one_lock"] = std::move(ratio);
    html += row_of(row);
  }
  return html + "</tbody></table>";
}

}  // namespace contend
