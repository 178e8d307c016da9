#include "bench/report/facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace contend {
namespace {

using nlohmann::json;

const json& ours(const json& results) {
  return results.at("context").at("contend");
}

std::string caches_of(const json& results) {
  std::string text;
  for (const json& cache : results.at("context").value("caches", json::array())) {
    if (cache.at("type") == "Instruction") continue;
    const double kib = cache.at("size").get<double>() / 1024;
    text += fmt::format("{}L{} {:.0f} {}", text.empty() ? "" : ", ", cache.at("level").get<int>(),
                        kib < 1024 ? kib : kib / 1024, kib < 1024 ? "KiB" : "MiB");
  }
  return text.empty() ? "unknown" : text;
}

std::string rest_of_machine(const json& results) {
  if (!ours(results).contains("machine")) return "unknown";
  const json& machine = ours(results).at("machine");
  const int nodes = machine.at("numa_nodes");
  const std::string governor = machine.at("governor");
  return fmt::format("{:.0f} GiB, {} NUMA node{}, SMT {}, {}{}", machine.at("memory_gib").get<double>(), nodes,
                     nodes == 1 ? "" : "s", machine.at("smt").get<bool>() ? "on" : "off",
                     machine.at("guest").get<bool>() ? "a guest" : "no guest",
                     governor == "unknown" ? "" : ", clock governed by " + governor);
}

std::string libraries_of(const json& results) {
  std::string text;
  const json libraries = ours(results).value("libraries", json::object());
  for (const auto& [name, version] : libraries.items()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, version.get<std::string>());
  }
  return text.empty() ? "unknown" : text;
}

// The panel in the middle, of those that know.
std::string least_seen(const json& results) {
  std::vector<double> seen;
  for (const json& panel : results.at("x_panels")) {
    if (panel.value("least_seen", 0.0) > 0) seen.push_back(panel.at("least_seen"));
  }
  if (seen.empty()) return "not known";
  std::ranges::sort(seen);
  return fmt::format("{:.0f} % in the middle panel, {:.0f} to {:.0f} %", 100 * seen[seen.size() / 2],
                     100 * seen.front(), 100 * seen.back());
}

std::string sittings_of(const json& results) {
  std::string text;
  for (const json& sitting : results.value("x_sittings", json::array())) {
    text += fmt::format("{}{}, {:.0f} s", text.empty() ? "" : "; ", sitting.at("began").get<std::string>(),
                        sitting.at("seconds").get<double>());
  }
  return text.empty() ? "one, by an older program" : text;
}

std::string harness_of(const json& results) {
  const json harness = results.value("x_harness", json());
  if (!harness.is_object() || !harness.contains("scaling")) return "not measured";
  return fmt::format("{:.1f} ns an operation; {:.2f} times as fast on two threads [{:.2f}, {:.2f}]",
                     harness.at("ns_per_op").get<double>(), harness.at("scaling").get<double>(),
                     harness.at("low").get<double>(), harness.at("high").get<double>());
}

Facts facts_of_trials(const json& trials) {
  if (trials.empty()) return {{"trials", "none"}};
  int disturbed = 0;
  int wrong = 0;
  double stolen = 0;
  double overlap = 1;
  std::vector<double> canaries;
  for (const json& trial : trials) {
    disturbed += trial.at("disturbed").get<bool>() ? 1 : 0;
    wrong += trial.at("status") == "ok" ? 0 : 1;
    stolen += trial.at("stolen_core").get<double>();
    overlap = std::min(overlap, trial.at("overlap").get<double>());
    for (const double ns : trial.at("canary_ns")) canaries.push_back(ns);
  }
  std::ranges::sort(canaries);
  return {
      {"trials", fmt::format("{}, of which {} stayed disturbed by others after being repeated, {} ended wrong",
                             trials.size(), disturbed, wrong)},
      {"speed of a core, by a fixed chain of arithmetic",
       fmt::format("{:.2f} ns a step; the slowest trial {:.0f} % above the fastest", canaries[canaries.size() / 2],
                   100 * (canaries.back() / canaries.front() - 1))},
      {"taken by the hypervisor", fmt::format("{:.3f} cores on average", stolen / static_cast<double>(trials.size()))},
      {"overlap of threads", fmt::format("at least {:.1f} %", 100 * overlap)}};
}

}  // namespace

Facts facts_of_machine(const json& results) {
  const json& context = ours(results);
  return {{"processor", context.at("cpu")},
          {"cores", fmt::format("{}", context.at("cores").get<int>())},
          {"caches", caches_of(results)},
          {"machine", rest_of_machine(results)},
          {"kernel", context.at("kernel")},
          {"compiler", fmt::format("{} {} {}", context.at("compiler").get<std::string>(),
                                   context.value("build_type", ""), context.value("flags", ""))},
          {"libraries", libraries_of(results)}};
}

Facts facts_of_check(const json& results) {
  const json& context = ours(results);
  Facts facts{{"sittings", sittings_of(results)}, {"the harness itself", harness_of(results)}};
  facts.emplace_back("the reference against itself",
                     context.value("judged_again", 0) == 0
                         ? "not judged"
                         : fmt::format("called different in {} of {} panels", context.at("false_calls").get<int>(),
                                       context.at("judged_again").get<int>()));
  for (const json& slowed : context.value("slowed", json::array())) {
    facts.emplace_back(fmt::format("the reference, slowed by {} %", slowed.at("percent").get<int>()),
                       fmt::format("called slower in {} of {} panels", slowed.at("called").get<int>(),
                                   slowed.at("panels").get<int>()));
  }
  facts.emplace_back("smallest difference that would have been called in 80 of 100", least_seen(results));
  const json absent = context.value("absent_peers", json::object());
  for (const auto& [name, why] : absent.items()) {
    facts.emplace_back(name + " is absent", why);
  }
  facts.emplace_back("quiet enough", context.value("busy", false) ? "no: there are no verdicts" : "yes");
  for (auto& fact : facts_of_trials(results.at("x_trials"))) facts.push_back(std::move(fact));
  facts.emplace_back("complete", context.value("complete", true) ? "yes" : "no: it was interrupted");
  return facts;
}

std::string title_of(const json& results) {
  constexpr std::array months{"January", "February", "March",     "April",   "May",      "June",
                              "July",    "August",   "September", "October", "November", "December"};
  const std::string date = results.at("context").at("date");  // 2026-11-27T14:06:48+00:00
  const auto month = static_cast<std::size_t>(std::stoi(date.substr(5, 2)) - 1);
  const json& context = ours(results);
  return fmt::format("{} {} {}, {}, {}, {} cores", std::stoi(date.substr(8, 2)), months.at(month), date.substr(0, 4),
                     context.at("commit").get<std::string>(), context.at("cpu").get<std::string>(),
                     context.at("cores").get<int>());
}

}  // namespace contend
