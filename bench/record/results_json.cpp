#include "bench/record/results_json.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/engine/google_benchmark.hpp"
#include "bench/engine/machine.hpp"
#include "bench/record/fingerprint.hpp"
#include "bench/record/record_json.hpp"
#include "impls/base/absent_peers.hpp"

namespace contend {
namespace {

nlohmann::json contract_json(const Contract& contract) {
  return {{"technique", contract.technique},
          {"summary", contract.summary},
          {"shared_state", contract.shared_state},
          {"protected_by", contract.protected_by},
          {"claim_point", contract.claim_point},
          {"ordering", contract.ordering},
          {"progress", contract.progress},
          {"shutdown", contract.shutdown},
          {"failure", contract.failure},
          {"not_survived", contract.not_survived},
          {"complexity", contract.complexity},
          {"memory", contract.memory},
          {"source", contract.source}};
}

// What must be the same where sittings are put together.
constexpr const char* what_must_be_the_same[] = {"cpu",        "cores", "pinned_to", "kernel",    "compiler",
                                                 "build_type", "flags", "commit",    "window_ms", "libraries"};

nlohmann::json context_json(const Measured& measured) {
  const char* commit = std::getenv("CONTEND_COMMIT");  // NOLINT(concurrency-mt-unsafe): one thread
  nlohmann::json context{{"schema", 5},
                         {"commit", commit == nullptr ? "unknown" : commit},
                         {"compiler", CONTEND_COMPILER},
                         {"flags", CONTEND_FLAGS},
                         {"cpu", first_line_with("/proc/cpuinfo", "model name")},
                         {"cores", std::thread::hardware_concurrency()},
                         {"pinned_to", allowed_cpus()},
                         {"kernel", kernel_name()},
                         {"machine", machine_json()},
                         {"libraries", libraries_json()},
                         {"build_type", CONTEND_BUILD_TYPE},
                         {"arguments", measured.arguments},
                         {"rounds", measured.rounds},
                         {"window_ms", measured.window_ms}};
  // Of interest to who has asked for peers.
  for (const auto& [name, why] : absent_peers()) {
    if (std::ranges::count(measured.arguments, "--peers") > 0) context["absent_peers"][std::string(name)] = why;
  }
  return context;
}

nlohmann::json ratio_json(const PairedRatio& ratio) {
  nlohmann::json json{{"ratio", ratio.ratio}, {"verdict", to_string(ratio.comparison)}};
  if (ratio.interval) json.update({{"low", ratio.interval->low}, {"high", ratio.interval->high}});
  return json;
}

// Both are for curves: the fine buckets are in x_times and x_rates.
nlohmann::json latency_json(const TimeHistogram& times) {
  return {{"buckets_ns", times.curve()}};
}
nlohmann::json rates_json(const RatesOfDesign& rates) {
  nlohmann::json all = nlohmann::json::array();
  for (const RateFigures& rate : rates) {
    nlohmann::json item{{"rate_per_s", rate.rate_per_s},
                        {"served", rate.served_share()},
                        {"overloaded", rate.overloaded()},
                        {"buckets_ns", rate.times.curve()}};
    if (rate.asked.share > 0) item["share"] = rate.asked.share;
    all.push_back(item);
  }
  return all;
}

nlohmann::json to_json(const Panel& panel) {
  nlohmann::json rows = nlohmann::json::array();
  for (const PanelRow& row : panel.rows) {
    nlohmann::json item{{"implementation", row.implementation},
                        {"ops_per_s", row.operations_per_s},
                        {"ratio_to_reference", row.to_reference.ratio},
                        {"verdict", to_string(row.to_reference.comparison)},
                        {"probability", row.to_reference.probability},
                        {"ratio_of_sittings", row.to_reference.of_sittings},
                        {"least_seen", row.to_reference.least_seen},
                        {"rounds_needed", row.to_reference.rounds_needed},
                        {"best_to_it", row.to_best.ratio},
                        {"best_to_it_verdict", to_string(row.to_best.comparison)},
                        {"p50_ns", row.p50_ns},
                        {"p99_ns", row.p99_ns},
                        {"p999_ns", row.p999_ns},
                        {"fair_share", row.fair_share},
                        {"bytes_per_entry", row.bytes_per_entry},
                        {"more_threads", row.more_threads},
                        {"oversubscribed", row.oversubscribed},
                        {"served_share", row.served_share},
                        {"aborts_per_attempt", row.aborts_per_attempt},
                        {"tests", to_string(row.checks.tests)},
                        {"attacks", to_string(row.checks.attacks)},
                        {"races", to_string(row.checks.races)},
                        {"hunt", to_string(row.checks.hunt)},
                        {"breaks", row.breaks},
                        {"trouble", row.trouble},
                        {"latency", latency_json(row.times)}};
    if (!row.rates.empty()) item["rates"] = rates_json(row.rates);
    if (row.interval) {
      item["low"] = row.interval->low;
      item["high"] = row.interval->high;
    }
    if (row.to_reference.interval) {
      item["ratio_low"] = row.to_reference.interval->low;
      item["ratio_high"] = row.to_reference.interval->high;
    }
    if (row.to_one_lock.interval) item["to_one_lock"] = ratio_json(row.to_one_lock);
    rows.push_back(item);
  }
  nlohmann::json floor{{"implementation", noop_name}, {"latency", latency_json(panel.floor)}};
  if (!panel.floor_rates.empty()) floor["rates"] = rates_json(panel.floor_rates);
  return {{"system", panel.plan.system->name},
          {"workload", panel.plan.workload},
          {"threads", panel.plan.threads},
          {"oversubscribed", panel.oversubscribed},
          {"sittings", panel.sittings},
          {"rounds", panel.rounds},
          {"least_seen", panel.least_seen},
          {"false_call", panel.false_call()},
          {"noop_per_s", panel.noop_per_s},
          {"speed_unit", panel.plan.system->traits.speed_unit()},
          {"unit_scale", panel.plan.system->traits.unit_scale},
          {"rows", rows},
          {"floor", floor},
          {"answer", panel.answer}};
}

nlohmann::json to_json(const SummaryRow& row) {
  nlohmann::json item{{"system", row.system},
                      {"workload", row.workload},
                      {"threads", row.threads},
                      {"best", row.best},
                      {"not_separated", row.not_separated},
                      {"speed", row.speed},
                      {"to_reference", ratio_json(row.to_reference)},
                      {"fair_share", row.fair_share},
                      {"p99_ns", row.p99_ns},
                      {"bytes_per_entry", row.bytes_per_entry},
                      {"checks", row.checks.describe()},
                      {"untested", row.untested},
                      {"why", row.why}};
  if (!row.peer.empty()) item["peer"] = row.peer;
  if (!row.tbb.empty()) {
    item["tbb"] = row.tbb;
    item["to_tbb"] = ratio_json(row.to_tbb);
  }
  return item;
}

template <class Items>
nlohmann::json array_of(const Items& items) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& item : items) all.push_back(to_json(item));
  return all;
}

// One entry for each trial's name and sitting: the median of its rounds, as the time that one operation took.
nlohmann::json benchmarks_json(const Record& record) {
  std::map<std::pair<std::string, int>, std::vector<double>> speeds;
  std::vector<std::pair<std::string, int>> order;
  for (const TrialRecord& trial : record.trials) {
    if (trial.kind != TrialKind::throughput || trial.figures.operations_per_s() <= 0) continue;
    const std::pair key{trial_name(trial.plan, trial.implementation), trial.sitting};
    if (!speeds.contains(key)) order.push_back(key);
    speeds[key].push_back(trial.figures.operations_per_s());
  }
  nlohmann::json all = nlohmann::json::array();
  for (const auto& key : order) {
    const double per_s = median(speeds[key]);
    all.push_back({{"name", key.first},
                   {"run_name", key.first},
                   {"run_type", "iteration"},
                   {"repetitions", record.sittings.size()},
                   {"repetition_index", key.second},
                   {"iterations", speeds[key].size()},
                   {"real_time", 1e9 / per_s},
                   {"cpu_time", 1e9 / per_s},
                   {"time_unit", "ns"},
                   {"items_per_second", per_s}});
  }
  return all;
}

bool was_measured(const Record& record, const BenchSystem& system, const std::string& design) {
  return std::ranges::any_of(record.trials, [&](const TrialRecord& trial) {
    return trial.plan.system->name == system.name && trial.implementation == design;
  });
}

// All designs, for a page that was made of some of them tells what there is; peers only where they were asked for.
nlohmann::json implementations_json(const std::vector<BenchSystem>& systems, const Record& record) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : systems) {
    for (const BenchSystem::Implementation& design : system.implementations) {
      if (design.is_peer && !was_measured(record, system, design.name)) continue;
      nlohmann::json promised = nlohmann::json::object();
      for (const auto& [what, value] : design.guarantees) promised[std::string(what)] = value;
      all.push_back({{"system", system.name},
                     {"name", design.name},
                     {"guarantees", promised},
                     {"contract", contract_json(design.contract)}});
      if (design.is_peer) all.back()["peer"] = design.peer_mark();
    }
  }
  return all;
}

nlohmann::json workloads_json(const std::vector<BenchSystem>& systems) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : systems) {
    for (const auto& workload : system.workloads) {
      all.push_back(
          {{"system", system.name}, {"name", workload.name}, {"summary", workload.summary}, {"text", workload.text}});
    }
  }
  return all;
}

}  // namespace

std::string sitting_json(const Record& record, const Measured& measured) {
  nlohmann::json json = nlohmann::json::parse(google_benchmark_json());
  json.erase("benchmarks");
  json["context"].erase("executable");
  json["context"]["host_name"] = "";  // a result file is about a kind of machine, not about whose it is
  json["context"]["contend"] = context_json(measured);
  write_record(record, json);
  return json.dump() + "\n";
}

ResultFile read_results(const std::filesystem::path& path, const std::vector<BenchSystem>& systems) {
  nlohmann::json json = nlohmann::json::parse(read_json(path));
  try {
    ResultFile file{path, read_record(json, systems), {}};
    for (const char* part : {"benchmarks", "x_sittings", "x_trials", "x_times", "x_rates", "x_fairness", "x_harness",
                             "x_summary", "x_panels", "x_implementations", "x_workloads"}) {
      json.erase(part);
    }
    file.rest = json.dump();
    return file;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("{} cannot be used: {}.", path.string(), error.what()));
  }
}

std::string difference(const ResultFile& a, const ResultFile& b) {
  const nlohmann::json of_a = nlohmann::json::parse(a.rest).at("context").at("contend");
  const nlohmann::json of_b = nlohmann::json::parse(b.rest).at("context").at("contend");
  for (const char* what : what_must_be_the_same) {
    // Older files know nothing of libraries.
    const auto told = [&](const nlohmann::json& context) { return context.value(what, nlohmann::json()); };
    if (told(of_a) != told(of_b)) {
      return fmt::format("{} has {} {}, {} has {}", a.path.string(), what, told(of_a).dump(), b.path.string(),
                         told(of_b).dump());
    }
  }
  return "";
}

std::vector<std::string> systems_of_other_words(const ResultFile& a, const ResultFile& b) {
  const nlohmann::json rest_of_a = nlohmann::json::parse(a.rest);
  const nlohmann::json rest_of_b = nlohmann::json::parse(b.rest);
  const auto commit = [](const nlohmann::json& rest) { return rest.at("context").at("contend").value("commit", ""); };
  if (commit(rest_of_a) == commit(rest_of_b)) return {};
  const auto defaults = [](const nlohmann::json& rest, const std::string& system) {
    return rest.value("x_defaults", nlohmann::json::object()).value(system, "");
  };
  std::set<std::string> systems;
  for (const ResultFile* file : {&a, &b}) {
    for (const TrialRecord& trial : file->record.trials) systems.insert(trial.plan.system->name);
  }
  std::vector<std::string> other;
  for (const std::string& system : systems) {
    const std::string of_a = defaults(rest_of_a, system);
    if (of_a.empty() || of_a != defaults(rest_of_b, system)) other.push_back(system);
  }
  return other;
}

ResultFile merge(std::vector<ResultFile> files) {
  ResultFile merged = std::move(files.front());
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (const std::string sentence = difference(merged, files[i]); !sentence.empty()) {
      throw std::invalid_argument(fmt::format("these must not be mixed: {}.", sentence));
    }
    merged.record.append(files[i].record);
  }
  return merged;
}

std::string results_json(const ResultFile& file, const Findings& findings, const std::vector<BenchSystem>& systems,
                         const Beside& beside) {
  nlohmann::json json = nlohmann::json::parse(file.rest);
  json["context"]["contend"]["complete"] = file.record.complete();
  json["context"]["contend"]["disturbed_share"] = file.record.disturbed_share();
  json["context"]["contend"]["busy"] = file.record.is_busy();
  json["context"]["contend"]["false_calls"] = findings.false_calls;
  json["context"]["contend"]["judged_again"] = findings.judged_again;
  json["context"]["contend"]["slowed"] = nlohmann::json::array();
  for (const auto& [percent, seen] : findings.slowed) {
    json["context"]["contend"]["slowed"].push_back(
        {{"percent", percent}, {"called", seen.called}, {"panels", seen.panels}});
  }
  add_beside(json, beside);
  write_record(file.record, json);
  json["benchmarks"] = benchmarks_json(file.record);
  json["x_summary"] = array_of(findings.summary);
  json["x_panels"] = array_of(findings.panels);
  json["x_implementations"] = implementations_json(systems, file.record);
  json["x_workloads"] = workloads_json(systems);
  for (const BenchSystem& system : systems) json["x_defaults"][system.name] = defaults_text(system.vocabulary);
  return json.dump(1) + "\n";
}

std::string list_json(const std::vector<BenchSystem>& systems) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : systems) {
    nlohmann::json item{{"system", system.name}};
    for (const BenchSystem::Implementation& design : system.implementations) {
      nlohmann::json row{{"name", design.name},
                         {"technique", design.contract.technique},
                         {"summary", design.contract.summary},
                         {"progress", design.contract.progress}};
      for (const auto& [what, value] : design.guarantees) row["guarantees"][std::string(what)] = value;
      if (design.is_peer) row["peer"] = design.peer_mark();
      item["implementations"].push_back(row);
    }
    for (const auto& workload : system.workloads) {
      item["workloads"].push_back({{"name", workload.name}, {"summary", workload.summary}, {"text", workload.text}});
    }
    all.push_back(item);
  }
  return all.dump(2) + "\n";
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::invalid_argument(fmt::format("cannot read {}.", path.string()));
  return text;
}

std::string read_json(const std::filesystem::path& path) {
  std::string text = read_text(path);
  if (!nlohmann::json::accept(text)) throw std::invalid_argument(fmt::format("{} is not JSON.", path.string()));
  return text;
}

}  // namespace contend
