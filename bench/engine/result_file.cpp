#include "bench/engine/result_file.hpp"

#include <cstdlib>
#include <thread>

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

}  // namespace

nlohmann::json context_json(const SessionOptions& options, const std::vector<std::string>& arguments, bool complete) {
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
          {"complete", complete}};
}

nlohmann::json trial_json(const TrialResult& trial) {
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
          {"message", trial.message.data()}};
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

}  // namespace contend
