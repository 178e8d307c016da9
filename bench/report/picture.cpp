#include "bench/report/picture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "bench/engine/copies.hpp"
#include "bench/report/html.hpp"

namespace contend {
namespace {

using nlohmann::json;

constexpr double width = 860;
constexpr double left = 190;   // of the scale; names of systems stand beside it
constexpr double right = 840;  // of the scale
constexpr double head = 44;
constexpr double strip = 44;

// The ratios that the scale goes from and to, both sides of 1.
struct Scale {
  double least = 0.5;
  double most = 2;

  double x(double ratio) const {
    const double part = std::log(std::clamp(ratio, least, most) / least) / std::log(most / least);
    return left + part * (right - left);
  }
};

// The first panel of each system.
std::vector<const json*> first_panels(const json& panels) {
  std::vector<const json*> first;
  for (const json& panel : panels) {
    const auto same = [&](const json* other) { return other->at("system") == panel.at("system"); };
    if (std::ranges::none_of(first, same)) first.push_back(&panel);
  }
  return first;
}

bool came_through(const json& row) {
  return row.value("trouble", "").empty();
}

Scale scale_of(const std::vector<const json*>& panels) {
  Scale scale;
  for (const json* panel : panels) {
    for (const json& row : panel->at("rows")) {
      if (!came_through(row)) continue;
      scale.most =
          std::max({scale.most, 1.3 * row.at("ratio_to_reference").get<double>(), row.value("ratio_high", 0.0)});
    }
  }
  // What is slower than a tenth stands at the edge: the picture is about what to pick.
  scale.least = 0.1;
  return scale;
}

std::string technique_of(const json& implementations, const json& system, const std::string& name) {
  for (const json& one : implementations) {
    if (one.at("system") == system && one.at("name") == name) return one.at("contract").at("technique");
  }
  return "";
}

std::string mark(const json& row, const std::string& technique, const Scale& scale, double y) {
  const double ratio = row.at("ratio_to_reference");
  const double x = scale.x(ratio);
  const std::string title = fmt::format("<title>{}: {:.2f} times the reference</title>",
                                        escaped(row.at("implementation").get<std::string>()), ratio);
  const std::string kind = row.at("verdict") == "undecided" ? "open" : "sure";
  if (technique.starts_with("tbb")) {
    return fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="10" height="10">{}</rect>)", kind, x - 5, y - 5,
                       title);
  }
  return fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="5">{}</circle>)", kind, x, y, title);
}

// The name of the best and its interval; nothing where that is the reference. Rows stand best first.
std::string best_of(const json& panel, const Scale& scale, double y) {
  const auto may_be = [](const json& row) {
    return came_through(row) && row.value("breaks", "").empty() && row.at("implementation") != again_name;
  };
  const json& rows = panel.at("rows");
  const auto best = std::ranges::find_if(rows, may_be);
  if (best == rows.end() || is_yardstick(best->at("implementation"))) return "";
  std::string text;
  if (best->contains("ratio_low")) {
    text = fmt::format(R"(<line class="interval" x1="{:.1f}" y1="{:.0f}" x2="{:.1f}" y2="{:.0f}"/>)",
                       scale.x(best->at("ratio_low")), y, scale.x(best->at("ratio_high")), y);
  }
  const double ratio = best->at("ratio_to_reference");
  const double x = scale.x(ratio);
  return text + fmt::format(R"(<text class="best" x="{:.1f}" y="{:.0f}" text-anchor="{}">{} {:.1f}</text>)", x, y - 9,
                            x > right - 100 ? "end" : "middle", escaped(best->at("implementation").get<std::string>()),
                            ratio);
}

std::string strip_of(const json& panel, const json& implementations, const Scale& scale, double y) {
  const int threads = panel.at("threads");
  std::string text = fmt::format(
      R"(<text class="system" x="8" y="{:.0f}">{}</text><text class="soft" x="8" y="{:.0f}">{}, {} thread{}</text>)"
      R"(<line class="rule" x1="{}" y1="{:.0f}" x2="{}" y2="{:.0f}"/>)",
      y - 2, panel.at("system").get<std::string>(), y + 13,
      escaped(panel.at("workload").get<std::string>().substr(0, 20)), threads, threads == 1 ? "" : "s", left, y, right,
      y);
  for (const json& row : panel.at("rows")) {
    const std::string name = row.at("implementation");
    if (is_yardstick(name) || name == "noop" || !came_through(row)) continue;
    text += mark(row, technique_of(implementations, panel.at("system"), name), scale, y);
  }
  return text + best_of(panel, scale, y) + "\n";
}

std::string axis_of(const Scale& scale, double height) {
  std::string text;
  for (const double ratio : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0}) {
    if (ratio > scale.most) continue;
    text += fmt::format(
        R"(<line class="{}" x1="{:.1f}" y1="{}" x2="{:.1f}" y2="{:.0f}"/><text class="soft" x="{:.1f}" y="24" text-anchor="middle">{}</text>)",
        ratio == 1.0 ? "one" : "rule", scale.x(ratio), head - 12, scale.x(ratio), height - 8, scale.x(ratio), ratio);
  }
  return text + "\n";
}

constexpr std::string_view style = R"(<style>
svg { font: 13px system-ui, sans-serif; --ink: #1b1f24; --soft: #5b6470; --line: #d5dae0; --mark: #0072b2; --ground: #ffffff; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6e9ed; --soft: #9aa5b1; --line: #343b44; --mark: #56b4e9; --ground: #14171b; } }
text { fill: var(--ink); } .soft { fill: var(--soft); font-size: 11px; } .system { font-weight: 600; } .best { font-size: 12px; }
.rule { stroke: var(--line); } .one { stroke: var(--soft); stroke-width: 1.5; } .interval { stroke: var(--ink); stroke-width: 2; opacity: .5; }
.sure { fill: var(--mark); stroke: var(--ground); } .open { fill: var(--ground); stroke: var(--mark); stroke-width: 1.5; }
.ground { fill: var(--ground); }
</style>
)";

}  // namespace

std::string picture_of(const json& results) {
  const std::vector<const json*> first = first_panels(results.at("x_panels"));
  if (first.empty()) return "";
  const Scale scale = scale_of(first);
  const double height = head + strip * static_cast<double>(first.size()) + 12;
  std::string text = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {:.0f}" width="{}" role="img" aria-label="How many times as fast as the reference each design is, by system">)"
      "\n",
      width, height, width);
  text += style;
  text += fmt::format(
      R"(<rect class="ground" width="{}" height="{:.0f}"/><text class="soft" x="8" y="24">times the reference</text>)"
      "\n",
      width, height);
  text += axis_of(scale, height);
  double y = head + strip / 2;
  for (const json* panel : first) {
    text += strip_of(*panel, results.at("x_implementations"), scale, y);
    y += strip;
  }
  return text + "</svg>\n";
}

}  // namespace contend
