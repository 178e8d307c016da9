#include "bench/command/command_line.hpp"

#include <fmt/core.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bench/command/google_benchmark.hpp"
#include "bench/command/json.hpp"
#include "bench/command/request.hpp"
#include "bench/report/report.hpp"
#include "impls/base/nearest.hpp"

namespace contend {
namespace {

void print_list() {
  for (const BenchSystem& system : bench_systems()) {
    for (const auto& [name, contract, guarantees] : system.implementations) {
      std::string promised;
      for (const auto& [what, value] : guarantees) promised += fmt::format("; {}: {}", what, value);
      fmt::print("{}/{:<18} [{}{}] {}\n", system.name, name, contract.technique, promised, contract.summary);
    }
    for (const auto& [name, summary, contended] : system.workloads) {
      fmt::print("{} workload {:<18} {}\n", system.name, name, summary);
    }
  }
}

// A sentence about the first unknown name, or empty.
std::string unknown_name(const SessionOptions& options) {
  std::vector<std::string> names;
  std::vector<std::string> workload_names;
  for (const BenchSystem& system : bench_systems()) {
    names.push_back(system.name);
    for (const auto& implementation : system.implementations) names.push_back(system.name + "/" + implementation.name);
    for (const auto& workload : system.workloads) workload_names.push_back(workload.name);
  }
  for (const std::string& name : options.what) {
    if (std::ranges::count(names, name) > 0) continue;
    return fmt::format("no system or implementation is called '{}'; did you mean '{}'? --list shows all.", name,
                       nearest_name(name, names));
  }
  if (options.workload.empty() || std::ranges::count(workload_names, options.workload) > 0) return "";
  return fmt::format("no workload is called '{}'; did you mean '{}'? --list shows all.", options.workload,
                     nearest_name(options.workload, workload_names));
}

// Reads the files that users bring, and measures only what they are for. Throws with a sentence.
void load_inputs(Request& request) {
  for (const BenchInput& input : bench_inputs()) {
    const std::string& file = request.inputs[input.option];
    if (file.empty()) continue;
    const auto of_system = [&](const std::string& name) {
      return name == input.system || name.starts_with(input.system + "/");
    };
    if (!std::ranges::all_of(request.session.what, of_system)) {
      throw std::invalid_argument(fmt::format("{} is for {} alone.", input.option, input.system));
    }
    if (!request.session.workload.empty()) {
      throw std::invalid_argument(fmt::format("{} is a workload of its own; leave --workload out.", input.option));
    }
    if (input.describe) fmt::print(request.session.tables, "{}\n", input.describe(file));
    request.session.workload = input.load(file);
    if (request.session.what.empty()) request.session.what = {input.system};
  }
}

// Throws with a sentence where a file cannot be written.
void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) {
    throw std::runtime_error(fmt::format("cannot write {}: is the disk full, or the folder read-only?", path.string()));
  }
}

// What cannot be written is better known before a quarter of an hour than after.
void check_places(const Request& request) {
  std::filesystem::create_directories(request.out);
  write_file(request.out / ".writable", "");
  std::filesystem::remove(request.out / ".writable");
  if (!request.copy.empty()) write_file(request.copy, "");
}

void print_answers(const Session& session) {
  const std::vector<Panel>& panels = session.panels();
  std::FILE* const tables = session.options().tables;
  fmt::print(tables, "\nWhich should I pick?\n");
  for (const Panel& panel : panels) {
    if (panel.plan.threads != 2 && panels.size() > 1 && panel.plan.threads != panels.front().plan.threads) continue;
    fmt::print(tables, "  {}: {}\n", panel.plan.system->name, panel.answer);
  }
  fmt::print(tables, "{}\n", to_table(session.summary()));
}

int measure(const Request& request, Session& session) {
  std::vector<std::string> deadlocks;
  for (const std::string& file : request.deadlocks) deadlocks.push_back(read_json(file));
  check_places(request);
  signal(SIGINT, [](int) { session_interrupted = true; });
  start_google_benchmark(request.contexts);
  session.run();
  const std::string results = results_json(session, request.repeat_with, deadlocks);
  write_file(request.out / "results.json", results);
  write_report(results, request.out / "report.html");
  if (!request.copy.empty()) write_file(request.copy, results);
  print_answers(session);
  if (request.json) fmt::print("{}", results);
  fmt::print(session.options().tables, "Results: {}\nReport:  {}\n", (request.out / "results.json").string(),
             (request.out / "report.html").string());
  if (!session.all_valid()) {
    fmt::print(stderr, "bench: some trials ended with a wrong state, a hang or a crash; see the tables.\n");
    return exit_violation;
  }
  return session.complete() ? exit_ok : exit_interrupted;
}

int redraw(const Request& request) {
  const auto page = std::filesystem::path(request.redraw).replace_filename("report.html");
  write_report(read_json(request.redraw), page);
  fmt::print("Report: {}\n", page.string());
  return exit_ok;
}

int list(const Request& request) {
  if (request.json) {
    fmt::print("{}", list_json(bench_systems()));
  } else {
    print_list();
  }
  return exit_ok;
}

int perform(Request request) {
  if (request.list) return list(request);
  if (const std::string sentence = unknown_name(request.session); !sentence.empty()) return refuse(sentence);
  load_inputs(request);
  if (!request.redraw.empty()) return redraw(request);
  Session session(request.session);
  if (session.plans().empty()) return refuse("the filter matches nothing; --list shows what there is.");
  if (request.list_trials) {
    for (const std::string& name : session.trial_names()) fmt::print("{}\n", name);
    return exit_ok;
  }
  if (request.dry_run) {
    for (const PanelPlan& plan : session.plans()) {
      fmt::print("{}/{}/threads:{}\n", plan.system->name, plan.workload, plan.threads);
    }
    return exit_ok;
  }
  return measure(request, session);
}

}  // namespace

int bench_main(int argc, char** argv) {
  const std::variant<Request, int> request = parse_request(argc, argv);
  if (const int* code = std::get_if<int>(&request)) return *code;
  try {
    return perform(std::get<Request>(request));
  } catch (const std::invalid_argument& error) {
    return refuse(error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return exit_environment;
  }
}

}  // namespace contend
