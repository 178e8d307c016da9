#include "bench/command/json.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "bench/command/google_benchmark.hpp"
#include "bench/engine/machine.hpp"

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
          {"complexity", contract.complexity},
          {"memory", contract.memory},
          {"source", contract.source}};
}

nlohmann::json context_json(const Session& session, const std::vector<std::string>& arguments) {
  const SessionOptions& options = session.options();
  const char* commit = std::getenv("CONTEND_COMMIT");  // NOLINT(concurrency-mt-unsafe): one thread
  return {{"schema", 3},
          {"commit", commit == nullptr ? "unknown" : commit},
          {"compiler", CONTEND_COMPILER},
          {"flags", CONTEND_FLAGS},
          {"cpu", first_line_with("/proc/cpuinfo", "model name")},
          {"cores", std::thread::hardware_concurrency()},
          {"pinned_to", allowed_cpus()},
          {"kernel", kernel_name()},
          {"build_type", CONTEND_BUILD_TYPE},
          {"arguments", arguments},
          {"seed", options.seed},
          {"rounds", options.rounds},
          {"window_ms", options.window_ms},
          {"complete", session.complete()}};
}

nlohmann::json to_json(const TrialRecord& record) {
  const TrialResult& trial = record.result;
  const std::vector<std::uint64_t> per_thread(trial.operations_of.begin(), trial.operations_of.begin() + trial.threads);
  const std::vector<std::uint64_t> work_of_own(trial.work_of_own.begin(),
                                               trial.work_of_own.begin() + trial.own_threads);
  return {{"status", to_string(trial.status)},
          {"window_s", trial.window_s},
          {"overlap", trial.overlap},
          {"others_core", trial.others_core},
          {"stolen_core", trial.stolen_core},
          {"canary_ns", {trial.canary_before_ns, trial.canary_after_ns}},
          {"involuntary_switches", trial.involuntary_switches},
          {"disturbed", trial.disturbed()},
          {"ops", trial.operations},
          {"per_thread_ops", per_thread},
          {"work_of_own_threads", work_of_own},
          {"latency_ns", {{"p50", trial.p50_ns}, {"p99", trial.p99_ns}, {"p999", trial.p999_ns}}},
          {"bytes_per_entry", trial.bytes_per_entry},
          {"served_share", trial.served_share},
          {"attempts", trial.attempts},
          {"aborts", trial.aborts},
          {"message", trial.message.data()},
          {"system", record.plan.system->name},
          {"implementation", record.implementation},
          {"workload", record.plan.workload},
          {"threads", record.plan.threads},
          {"round", record.round},
          {"kind", record.fairness ? "fairness" : "throughput"}};
}

nlohmann::json to_json(const Panel& panel) {
  nlohmann::json rows = nlohmann::json::array();
  for (const PanelRow& row : panel.rows) {
    nlohmann::json item{{"implementation", row.implementation},
                        {"ops_per_s", row.operations_per_s},
                        {"ratio_to_reference", row.to_reference.ratio},
                        {"verdict", to_string(row.to_reference.comparison)},
                        {"probability", row.to_reference.probability},
                        {"p50_ns", row.p50_ns},
                        {"p99_ns", row.p99_ns},
                        {"p999_ns", row.p999_ns},
                        {"fair_share", row.fair_share},
                        {"bytes_per_entry", row.bytes_per_entry},
                        {"served_share", row.served_share},
                        {"aborts_per_attempt", row.aborts_per_attempt},
                        {"tests", to_string(row.checks.tests)},
                        {"attacks", to_string(row.checks.attacks)},
                        {"races", to_string(row.checks.races)},
                        {"trouble", row.trouble}};
    if (row.interval) {
      item["low"] = row.interval->low;
      item["high"] = row.interval->high;
    }
    if (row.to_reference.interval) {
      item["ratio_low"] = row.to_reference.interval->low;
      item["ratio_high"] = row.to_reference.interval->high;
    }
    rows.push_back(item);
  }
  return {{"system", panel.plan.system->name},
          {"workload", panel.plan.workload},
          {"threads", panel.plan.threads},
          {"oversubscribed", panel.oversubscribed},
          {"rounds", panel.rounds},
          {"zone", panel.zone},
          {"noop_per_s", panel.noop_per_s},
          {"speed_unit", panel.plan.system->traits.speed_unit()},
          {"unit_scale", panel.plan.system->traits.unit_scale},
          {"rows", rows},
          {"answer", panel.answer}};
}

nlohmann::json ratio_json(const PairedRatio& ratio) {
  nlohmann::json json{{"ratio", ratio.ratio}, {"verdict", to_string(ratio.comparison)}};
  if (ratio.interval) json.update({{"low", ratio.interval->low}, {"high", ratio.interval->high}});
  return json;
}

nlohmann::json to_json(const SummaryRow& row) {
  nlohmann::json item{{"system", row.system},
                      {"workload", row.workload},
                      {"threads", row.threads},
                      {"best", row.best},
                      {"speed", row.speed},
                      {"to_reference", ratio_json(row.to_reference)},
                      {"fair_share", row.fair_share},
                      {"p99_ns", row.p99_ns},
                      {"bytes_per_entry", row.bytes_per_entry},
                      {"checks", row.checks.describe()},
                      {"untested", row.untested},
                      {"why", row.why}};
  if (!row.tbb.empty()) {
    item["tbb"] = row.tbb;
    item["to_tbb"] = ratio_json(row.to_tbb);
  }
  return item;
}

nlohmann::json to_json(const FairnessTable& fairness) {
  nlohmann::json rows = nlohmann::json::array();
  for (const FairnessRow& row : fairness.rows) {
    nlohmann::json curve = nlohmann::json::array();
    for (const auto& [window_ms, index] : row.jain_by_window) curve.push_back({window_ms, index});
    rows.push_back({{"implementation", row.implementation},
                    {"ops_per_s", row.operations_per_s},
                    {"min_share", row.least_share},
                    {"jain", curve},
                    {"longest_wait_calls", row.longest_wait_calls},
                    {"aborts_per_attempt", row.aborts_per_attempt}});
  }
  return {{"system", fairness.system->name},
          {"workload", fairness.workload},
          {"threads", fairness.threads},
          {"rows", rows}};
}

nlohmann::json to_json(const std::optional<HarnessCheck>& check) {
  if (!check) return nullptr;
  return {{"ns_per_op", check->ns_per_op},
          {"scaling", check->scaling},
          {"low", check->interval.low},
          {"high", check->interval.high}};
}

template <class Items>
nlohmann::json array_of(const Items& items) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& item : items) all.push_back(to_json(item));
  return all;
}

nlohmann::json implementations_json(const std::vector<BenchSystem>& systems) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : systems) {
    for (const auto& [name, contract, guarantees] : system.implementations) {
      nlohmann::json promised = nlohmann::json::object();
      for (const auto& [what, value] : guarantees) promised[std::string(what)] = value;
      all.push_back(
          {{"system", system.name}, {"name", name}, {"guarantees", promised}, {"contract", contract_json(contract)}});
    }
  }
  return all;
}

nlohmann::json workloads_json(const std::vector<BenchSystem>& systems) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : systems) {
    for (const auto& [name, summary, contended] : system.workloads) {
      all.push_back({{"system", system.name}, {"name", name}, {"summary", summary}});
    }
  }
  return all;
}

}  // namespace

std::string results_json(const Session& session, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& deadlocks) {
  nlohmann::json json = nlohmann::json::parse(google_benchmark_json());
  json["context"].erase("executable");
  json["context"]["host_name"] = "";  // a result file is about a kind of machine, not about whose it is
  json["context"]["contend"] = context_json(session, arguments);
  json["x_harness"] = to_json(session.harness());
  json["x_deadlock"] = nullptr;
  for (const std::string& text : deadlocks) {
    for (const nlohmann::json& survival : nlohmann::json::parse(text)) json["x_deadlock"].push_back(survival);
  }
  json["x_trials"] = array_of(session.trials());
  json["x_fairness"] = array_of(session.fairness());
  json["x_summary"] = array_of(session.summary());
  json["x_panels"] = array_of(session.panels());
  json["x_implementations"] = implementations_json(session.systems());
  json["x_workloads"] = workloads_json(session.systems());
  return json.dump(1) + "\n";
}

std::string list_json(const std::vector<BenchSystem>& systems) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : systems) {
    nlohmann::json item{{"system", system.name}};
    for (const auto& [name, contract, guarantees] : system.implementations) {
      nlohmann::json row{{"name", name},
                         {"technique", contract.technique},
                         {"summary", contract.summary},
                         {"progress", contract.progress}};
      for (const auto& [what, value] : guarantees) row["guarantees"][std::string(what)] = value;
      item["implementations"].push_back(row);
    }
    for (const auto& [name, summary, contended] : system.workloads) {
      item["workloads"].push_back({{"name", name}, {"summary", summary}});
    }
    all.push_back(item);
  }
  return all.dump(2) + "\n";
}

std::string read_json(const std::string& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::invalid_argument(fmt::format("cannot read {}.", path));
  if (!nlohmann::json::accept(text)) throw std::invalid_argument(fmt::format("{} is not JSON.", path));
  return text;
}

}  // namespace contend
