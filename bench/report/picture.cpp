#include "bench/report/picture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace contend {
namespace {

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

std::vector<const Panel*> first_panels(const std::vector<Panel>& panels) {
  std::vector<const Panel*> first;
  for (const Panel& panel : panels) {
    const auto same = [&](const Panel* other) { return other->plan.system == panel.plan.system; };
    if (std::ranges::none_of(first, same)) first.push_back(&panel);
  }
  return first;
}

Scale scale_of(const std::vector<const Panel*>& panels) {
  Scale scale;
  for (const Panel* panel : panels) {
    for (const PanelRow& row : panel->rows) {
      if (!row.trouble.empty()) continue;
      scale.most = std::max(scale.most, 1.3 * row.to_reference.ratio);
      if (row.to_reference.interval) scale.most = std::max(scale.most, row.to_reference.interval->high);
    }
  }
  // What is slower than a tenth stands at the edge: the picture is about what to pick.
  scale.least = 0.1;
  return scale;
}

std::string_view technique_of(const Panel& panel, const std::string& name) {
  const auto& all = panel.plan.system->implementations;
  const auto found = std::ranges::find(all, name, &BenchSystem::Implementation::name);
  return found == all.end() ? std::string_view() : std::string_view(found->contract.technique);
}

std::string mark(const Panel& panel, const PanelRow& row, const Scale& scale, double y) {
  const double x = scale.x(row.to_reference.ratio);
  const std::string title =
      fmt::format("<title>{}: {:.2f} times the reference</title>", row.implementation, row.to_reference.ratio);
  const std::string kind = row.to_reference.decided() ? "sure" : "open";
  if (technique_of(panel, row.implementation).starts_with("tbb")) {
    return fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="10" height="10">{}</rect>)", kind, x - 5, y - 5,
                       title);
  }
  return fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="5">{}</circle>)", kind, x, y, title);
}

std::string strip_of(const Panel& panel, const Scale& scale, double y) {
  std::string text = fmt::format(
      R"(<text class="system" x="8" y="{:.0f}">{}</text><text class="soft" x="8" y="{:.0f}">{}, {} thread{}</text>)"
      R"(<line class="rule" x1="{}" y1="{:.0f}" x2="{}" y2="{:.0f}"/>)",
      y - 2, panel.plan.system->name, y + 13, panel.plan.workload.substr(0, 20), panel.plan.threads,
      panel.plan.threads == 1 ? "" : "s", left, y, right, y);
  for (const PanelRow& row : panel.rows) {
    if (!is_yardstick(row.implementation) && row.trouble.empty()) text += mark(panel, row, scale, y);
  }
  const PanelRow* best = panel.best();
  if (best == nullptr || is_yardstick(best->implementation)) return text + "\n";
  if (best->to_reference.interval) {
    text += fmt::format(R"(<line class="interval" x1="{:.1f}" y1="{:.0f}" x2="{:.1f}" y2="{:.0f}"/>)",
                        scale.x(best->to_reference.interval->low), y, scale.x(best->to_reference.interval->high), y);
  }
  const double x = scale.x(best->to_reference.ratio);
  text += fmt::format(R"(<text class="best" x="{:.1f}" y="{:.0f}" text-anchor="{}">{} {:.1f}</text>)", x, y - 9,
                      x > right - 100 ? "end" : "middle", best->implementation, best->to_reference.ratio);
  return text + "\n";
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

std::string picture_of(const std::vector<Panel>& panels) {
  const std::vector<const Panel*> first = first_panels(panels);
  if (first.empty()) return "";
  const Scale scale = scale_of(first);
  const double height = head + strip * static_cast<double>(first.size()) + 12;
  std::string text = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {:.0f}" width="{}" role="img" aria-label="How many times as fast as one lock each design is, by system">)"
      "\n",
      width, height, width);
  text += style;
  text += fmt::format(
      R"(<rect class="ground" width="{}" height="{:.0f}"/><text class="soft" x="8" y="24">times the reference</text>)"
      "\n",
      width, height);
  text += axis_of(scale, height);
  double y = head + strip / 2;
  for (const Panel* panel : first) {
    text += strip_of(*panel, scale, y);
    y += strip;
  }
  return text + "</svg>\n";
}

}  // namespace contend
