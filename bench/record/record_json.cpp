#include "bench/record/record_json.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "impls/base/enum_text.hpp"

namespace contend {
namespace {

constexpr TrialStatus statuses[] = {TrialStatus::ok, TrialStatus::invalid, TrialStatus::hung, TrialStatus::crashed};

TrialStatus status_of(const std::string& text) {
  const auto* found = std::ranges::find(statuses, text, [](TrialStatus status) { return to_string(status); });
  if (found == std::end(statuses)) throw std::invalid_argument(fmt::format("no trial ends '{}'", text));
  return *found;
}

TrialKind kind_of(const std::string& text) {
  for (const TrialKind kind : {TrialKind::throughput, TrialKind::fairness, TrialKind::rate}) {
    if (enum_text(kind) == text) return kind;
  }
  throw std::invalid_argument(fmt::format("no trial is of the kind '{}'", text));
}

const BenchSystem* find_system(const std::string& name, const std::vector<BenchSystem>& systems) {
  const auto found = std::ranges::find(systems, name, &BenchSystem::name);
  if (found == systems.end()) {
    throw std::invalid_argument(fmt::format("it holds the system {}, which this program does not know", name));
  }
  return &*found;
}

nlohmann::json to_json(const SittingRecord& sitting) {
  return {
      {"seed", sitting.seed}, {"began", sitting.began}, {"seconds", sitting.seconds}, {"complete", sitting.complete}};
}

nlohmann::json to_json(const TrialRecord& record) {
  const TrialFigures& trial = record.figures;
  nlohmann::json json{{"status", to_string(trial.status)},
                      {"window_s", trial.window_s},
                      {"overlap", trial.overlap},
                      {"others_core", trial.others_core},
                      {"stolen_core", trial.stolen_core},
                      {"canary_ns", {trial.canary_before_ns, trial.canary_after_ns}},
                      {"involuntary_switches", trial.involuntary_switches},
                      {"disturbed", trial.disturbed()},
                      {"ops", trial.operations},
                      {"per_thread_ops", trial.operations_of},
                      {"work_of_own_threads", trial.work_of_own},
                      {"more_threads", trial.more_threads},
                      {"bytes_per_entry", trial.bytes_per_entry},
                      {"served_share", trial.served_share},
                      {"attempts", trial.attempts},
                      {"aborts", trial.aborts},
                      {"message", trial.message.data()},
                      {"system", record.plan.system->name},
                      {"implementation", record.implementation},
                      {"workload", record.plan.workload},
                      {"threads", record.plan.threads},
                      {"sitting", record.sitting},
                      {"round", record.round},
                      {"kind", enum_text(record.kind)}};
  if (trial.reference_per_s) json["reference_per_s"] = *trial.reference_per_s;
  return json;
}

TrialRecord trial_from(const nlohmann::json& json, const std::vector<BenchSystem>& systems) {
  TrialRecord record;
  record.plan = {find_system(json.at("system"), systems), json.at("workload"), json.at("threads")};
  record.implementation = json.at("implementation");
  record.sitting = json.at("sitting");
  record.round = json.at("round");
  record.kind = kind_of(json.at("kind"));
  TrialFigures& trial = record.figures;
  trial.status = status_of(json.at("status"));
  trial.window_s = json.at("window_s");
  if (json.contains("reference_per_s")) trial.reference_per_s = json["reference_per_s"];
  trial.overlap = json.at("overlap");
  trial.others_core = json.at("others_core");
  trial.stolen_core = json.at("stolen_core");
  trial.canary_before_ns = json.at("canary_ns").at(0);
  trial.canary_after_ns = json.at("canary_ns").at(1);
  trial.involuntary_switches = json.at("involuntary_switches");
  trial.operations = json.at("ops");
  trial.operations_of = json.at("per_thread_ops").get<std::vector<std::uint64_t>>();
  trial.work_of_own = json.at("work_of_own_threads").get<std::vector<std::uint64_t>>();
  trial.threads = static_cast<int>(trial.operations_of.size());
  trial.own_threads = static_cast<int>(trial.work_of_own.size());
  trial.more_threads = json.value("more_threads", 0);  // not before schema 5
  trial.bytes_per_entry = json.at("bytes_per_entry");
  trial.served_share = json.at("served_share");
  trial.attempts = json.at("attempts");
  trial.aborts = json.at("aborts");
  std::snprintf(trial.message.data(), trial.message.size(), "%s",
                json.at("message").get_ref<const std::string&>().c_str());
  return record;
}

nlohmann::json times_json(const Record& record) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& [row, histogram] : record.times) {
    const auto& [system, workload, threads, implementation] = row;
    all.push_back({{"system", system},
                   {"workload", workload},
                   {"threads", threads},
                   {"implementation", implementation},
                   {"buckets", histogram.buckets()}});
  }
  return all;
}

void read_times(const nlohmann::json& all, Record& record) {
  for (const nlohmann::json& row : all) {
    TimeHistogram& histogram =
        record.times[{row.at("system"), row.at("workload"), row.at("threads"), row.at("implementation")}];
    for (const auto& bucket : row.at("buckets")) histogram.add_to_bucket(bucket.at(0), bucket.at(1));
  }
}

nlohmann::json all_rates_json(const Record& record) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& [row, rates] : record.rates) {
    const auto& [system, workload, threads, implementation] = row;
    for (const RateFigures& rate : rates) {
      all.push_back({{"system", system},
                     {"workload", workload},
                     {"threads", threads},
                     {"implementation", implementation},
                     {"share", rate.asked.share},
                     {"per_s", rate.asked.per_s},
                     {"rate_per_s", rate.rate_per_s},
                     {"trials", rate.trials},
                     {"behind", rate.behind},
                     {"due", rate.due},
                     {"served", rate.served},
                     {"trouble", rate.trouble},
                     {"buckets", rate.times.buckets()}});
    }
  }
  return all;
}

void read_rates(const nlohmann::json& all, Record& record) {
  for (const nlohmann::json& row : all) {
    RateFigures rate;
    rate.asked = {row.at("share"), row.at("per_s")};
    rate.rate_per_s = row.at("rate_per_s");
    rate.trials = row.at("trials");
    rate.behind = row.at("behind");
    rate.due = row.at("due");
    rate.served = row.at("served");
    rate.trouble = row.at("trouble");
    for (const auto& bucket : row.at("buckets")) rate.times.add_to_bucket(bucket.at(0), bucket.at(1));
    merge_rates({rate},
                record.rates[{row.at("system"), row.at("workload"), row.at("threads"), row.at("implementation")}]);
  }
}

nlohmann::json to_json(const FairnessTable& fairness) {
  nlohmann::json rows = nlohmann::json::array();
  for (const FairnessRow& row : fairness.rows) {
    rows.push_back({{"implementation", row.implementation},
                    {"ops_per_s", row.operations_per_s},
                    {"min_share", row.least_share},
                    {"jain", row.jain_by_window},
                    {"longest_wait_calls", row.longest_wait_calls},
                    {"aborts_per_attempt", row.aborts_per_attempt}});
  }
  return {{"system", fairness.system->name},
          {"workload", fairness.workload},
          {"threads", fairness.threads},
          {"rows", rows}};
}

FairnessTable fairness_from(const nlohmann::json& json, const std::vector<BenchSystem>& systems) {
  FairnessTable table{find_system(json.at("system"), systems), json.at("workload"), json.at("threads"), {}};
  for (const nlohmann::json& row : json.at("rows")) {
    table.rows.push_back({.implementation = row.at("implementation"),
                          .operations_per_s = row.at("ops_per_s"),
                          .least_share = row.at("min_share"),
                          .jain_by_window = row.at("jain"),
                          .longest_wait_calls = row.at("longest_wait_calls"),
                          .aborts_per_attempt = row.at("aborts_per_attempt")});
  }
  return table;
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

}  // namespace

void write_record(const Record& record, nlohmann::json& results) {
  results["x_sittings"] = array_of(record.sittings);
  results["x_trials"] = array_of(record.trials);
  results["x_times"] = times_json(record);
  results["x_rates"] = all_rates_json(record);
  results["x_fairness"] = array_of(record.fairness);
  results["x_harness"] = to_json(record.harness);
}

Record read_record(const nlohmann::json& results, const std::vector<BenchSystem>& systems) {
  if (!results.contains("x_sittings")) {
    throw std::invalid_argument("it was written before there were sittings; --report alone can read it");
  }
  try {
    Record record;
    for (const nlohmann::json& sitting : results.at("x_sittings")) {
      record.sittings.push_back(
          {sitting.at("seed"), sitting.at("began"), sitting.at("seconds"), sitting.at("complete")});
    }
    for (const nlohmann::json& trial : results.at("x_trials")) {
      record.trials.push_back(trial_from(trial, systems));
      const int sitting = record.trials.back().sitting;
      if (sitting < 0 || static_cast<std::size_t>(sitting) >= record.sittings.size() ||
          record.trials.back().round < 0) {
        throw std::invalid_argument(fmt::format("it has a trial of sitting {}, which it does not have", sitting));
      }
    }
    read_times(results.at("x_times"), record);
    if (results.contains("x_rates")) read_rates(results.at("x_rates"), record);  // not before schema 5
    for (const nlohmann::json& table : results.at("x_fairness")) {
      record.fairness.push_back(fairness_from(table, systems));
    }
    if (const nlohmann::json& check = results.at("x_harness"); !check.is_null()) {
      record.harness = {check.at("ns_per_op"), check.at("scaling"), {check.at("low"), check.at("high")}};
    }
    return record;
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(fmt::format("it is no result file of this program ({})", error.what()));
  }
}

}  // namespace contend
