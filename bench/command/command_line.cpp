#include "bench/command/command_line.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "bench/command/asked_workload.hpp"
#include "bench/command/request.hpp"
#include "bench/rates/judged_rates.hpp"
#include "bench/record/results_json.hpp"
#include "bench/record/write_file.hpp"
#include "bench/report/gallery.hpp"
#include "bench/report/report.hpp"
#include "bench/report/sets.hpp"
#include "bench/sittings/sittings.hpp"
#include "bench/statistics/agreement.hpp"
#include "impls/base/absent_peers.hpp"
#include "impls/base/nearest.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

// The systems of what was asked for, with the implementations that were.
std::vector<BenchSystem> systems_of(const std::vector<std::string>& what) {
  std::vector<BenchSystem> systems = bench_systems();
  if (what.empty()) return systems;
  const auto asked_for = [&](const std::string& name) { return std::ranges::count(what, name) > 0; };
  for (BenchSystem& system : systems) {
    if (asked_for(system.name)) continue;
    std::erase_if(system.implementations, [&](const auto& each) { return !asked_for(system.name + "/" + each.name); });
  }
  std::erase_if(systems, [](const BenchSystem& system) { return system.implementations.empty(); });
  return systems;
}

void print_list(const std::vector<BenchSystem>& systems) {
  for (const BenchSystem& system : systems) {
    for (const BenchSystem::Implementation& design : system.implementations) {
      std::string promised = design.is_peer ? "peer, " + design.peer_mark() : std::string(design.contract.technique);
      for (const auto& [what, value] : design.guarantees) promised += fmt::format("; {}: {}", what, value);
      fmt::print("{}/{}\n{}{}", system.name, design.name, paragraph(std::string(design.contract.summary), 4),
                 paragraph(promised, 4));
    }
    for (const auto& workload : system.workloads) {
      fmt::print("{} workload {}\n{}", system.name, workload.name, paragraph(workload.summary, 4));
      if (workload.text.empty()) continue;
      const std::string words = workload.text.substr(workload.text.find(':') + 1);
      fmt::print("    {}\n", words.empty() ? "its words by their defaults" : words);
    }
    fmt::print("{} words of a workload\n{}", system.name, vocabulary_table(system.vocabulary));
  }
}

// A sentence about the first unknown name, or empty.
std::string unknown_name(const Asked& options) {
  std::vector<std::string> names;
  std::vector<OwnedName> workload_names;
  for (const BenchSystem& system : bench_systems()) {
    names.push_back(system.name);
    for (const auto& implementation : system.implementations) names.push_back(system.name + "/" + implementation.name);
    for (const auto& workload : system.workloads) workload_names.push_back({system.name, workload.name});
  }
  const bool took_option = options.workload.starts_with("--");  // for a name: its value is now taken for a system
  for (const std::string& name : options.what) {
    if (took_option || std::ranges::count(names, name) > 0) continue;
    if (std::string sentence = told_absent(name); !sentence.empty()) return sentence;
    return fmt::format("no system or implementation is called '{}'; {} --list shows all.", name,
                       did_you_mean(name, names));
  }
  if (options.workload.empty()) return "";
  return explain_unknown("workload", options.workload, workload_names, options.what);
}

// Names the file where it cannot be read or understood: that is a mistake in what was asked for, as a wrong name is.
// The description goes to `tables`, where there are any.
std::string load_input(const BenchInput& input, const std::string& file, std::FILE* tables) {
  try {
    if (input.describe && tables != nullptr) fmt::print(tables, "{}\n", input.describe(file));
    return input.load(file);
  } catch (const std::runtime_error& error) {
    throw std::invalid_argument(fmt::format("{}: {}.", input.option, error.what()));
  }
}

// The input that an option stands for: systems may share one, and then it is that of the system that is asked for.
const BenchInput& input_for(const std::string& option, const std::vector<std::string>& what) {
  std::vector<const BenchInput*> fitting;
  std::vector<std::string> systems;
  for (const BenchInput& input : bench_inputs()) {
    if (input.option != option) continue;
    systems.push_back(input.system);
    const auto of_system = [&](const std::string& name) { return name.substr(0, name.find('/')) == input.system; };
    if (std::ranges::all_of(what, of_system)) fitting.push_back(&input);
  }
  if (fitting.size() == 1) return *fitting.front();
  std::ranges::sort(systems);
  throw std::invalid_argument(fmt::format("{} is for {} alone{}.", option, fmt::join(systems, " or "),
                                          fitting.empty() ? "" : "; name one of them"));
}

// Reads the files that users bring, and measures only what they are for. Throws with a sentence.
void load_inputs(Request& request) {
  for (const auto& [option, file] : request.inputs) {
    if (file.empty()) continue;
    const BenchInput& input = input_for(option, request.sitting.asked.what);
    if (!request.sitting.asked.workload.empty()) {
      throw std::invalid_argument(fmt::format("{} is a workload of its own; leave --workload out.", option));
    }
    request.sitting.asked.workload =
        load_input(input, file, request.call.sitting_file.empty() ? request.sitting.tables : nullptr);
    if (request.sitting.asked.what.empty()) request.sitting.asked.what = {input.system};
  }
}

// What cannot be written is better known before a quarter of an hour than after.
void check_places(const Request& request) {
  std::filesystem::create_directories(request.call.out);
  write_file(request.call.out / ".writable", "");
  std::filesystem::remove(request.call.out / ".writable");
  if (!request.copy.empty()) write_file(request.copy, "");
}

void print_answers(const Findings& findings, const Record& record, const Limits& keep, std::FILE* tables) {
  if (findings.panels.empty()) return;
  fmt::print(tables, "\nIn all sittings\n");
  for (const Panel& panel : findings.panels) fmt::print(tables, "{}{}", to_table(panel), rates_table(panel, keep));
  fmt::print(tables, "\n{}", told_trust(record, findings));
  if (record.is_busy()) return;
  const std::vector<Panel>& panels = findings.panels;
  fmt::print(tables, "\nWhich should I pick?\n");
  for (const Panel& panel : panels) {
    if (panel.plan.threads != 2 && panels.size() > 1 && panel.plan.threads != panels.front().plan.threads) continue;
    fmt::print(tables, "{}", paragraph(panel.plan.system->name + ": " + panel.answer, 2));
  }
  fmt::print(tables, "{}\n", to_table(findings.summary));
}

// The files that other programs have left.
Beside beside_of(const Request& request) {
  Beside beside;
  for (const std::string& file : request.deadlocks) beside.deadlocks.push_back(read_json(file));
  for (const std::string& file : request.hunts) beside.hunts.push_back(read_json(file));
  if (!request.kill_table.empty()) beside.kill_table = read_text(request.kill_table);
  return beside;
}

// Judges, writes and tells what a file holds.
int finish(const Request& request, const ResultFile& file, const std::vector<BenchSystem>& systems) {
  const Findings findings = judge(file.record, CheckRecords(request.sitting.checks), Limits(request.sitting.limits));
  const std::string results = results_json(file, findings, systems, beside_of(request));
  write_file(request.call.out / "results.json", results);
  draw_set(results, request.call.out);
  if (!request.copy.empty()) write_file(request.copy, results);
  std::FILE* const tables = request.sitting.tables;
  print_answers(findings, file.record, request.sitting.rates.keep, tables);
  if (request.json) fmt::print("{}", results);
  fmt::print(tables, "Results: {}\nReport:  {}\n", (request.call.out / "results.json").string(),
             (request.call.out / "report.html").string());
  if (!file.record.all_valid()) {
    fmt::print(stderr, "bench: some trials ended with a wrong state, a hang or a crash; see the tables.\n");
    return exit_violation;
  }
  if (!file.record.complete()) return exit_interrupted;
  if (findings.panels.empty()) {
    fmt::print(stderr, "bench: the budget was over before one round was; --budget gives more time.\n");
    return exit_usage;
  }
  if (!request.sitting.rates.none() && file.record.rates.empty()) {
    fmt::print(stderr, "bench: the budget was over before a rate was measured; --budget gives more time.\n");
    return exit_usage;
  }
  return file.record.is_busy() ? exit_busy : exit_ok;
}

int measure(const Request& request, const std::vector<BenchSystem>& systems) {
  beside_of(request);  // throws now what would be thrown at the end
  check_places(request);
  if (request.sitting.asked.peers) fmt::print(request.sitting.tables, "{}", absent_list(request.sitting.asked.what));
  return finish(request, run_sittings(request.call, request.sitting, systems), systems);
}

int merge_files(const Request& request, const std::vector<BenchSystem>& systems) {
  std::vector<ResultFile> files;
  for (const std::string& file : request.merge) files.push_back(read_results(file, systems));
  check_places(request);
  return finish(request, merge(std::move(files)), systems);
}

int compare_files(const Request& request, const std::vector<BenchSystem>& systems) {
  const ResultFile a = read_results(request.compare[0], systems);
  const ResultFile b = read_results(request.compare[1], systems);
  std::vector<Panel> panels = judge(a.record, {}).panels;
  if (const std::vector<std::string> others = systems_of_other_words(a, b); !others.empty()) {
    std::erase_if(panels, [&](const Panel& panel) { return std::ranges::count(others, panel.plan.system->name) > 0; });
    fmt::print("Not compared, as the same name may stand for another workload: {}.\n", fmt::join(others, ", "));
  }
  const Agreement agreement = agreement_of(panels, judge(b.record, {}).panels);
  fmt::print("{}", to_table(agreement));
  if (const std::string sentence = difference(a, b); !sentence.empty()) fmt::print("Beside the time, {}.\n", sentence);
  if (agreement.pairs == 0) return refuse("the two files have no panel in common.");
  return agreement.holds() ? exit_ok : exit_violation;
}

// Of one file its own report, of several what they agree on.
int redraw(const Request& request) {
  if (request.redraw.size() == 1) {
    const auto folder = std::filesystem::path(request.redraw.front()).parent_path();
    draw_set(with_beside(read_json(request.redraw.front()), beside_of(request)), folder);
    fmt::print("Report: {}\n", (folder / "report.html").string());
    return exit_ok;
  }
  std::vector<SetOfResults> sets;
  for (const std::string& file : request.redraw) sets.push_back({name_of_set(file), read_json(file)});
  std::filesystem::create_directories(request.call.out);
  write_file(request.call.out / "sets.html", page_of_sets(sets));
  fmt::print("Report: {}\n", (request.call.out / "sets.html").string());
  return exit_ok;
}

int redraw_all(const Request& request) {
  for (const std::string& file : draw_gallery(request.gallery)) fmt::print("{}\n", file);
  return exit_ok;
}

int list(const Request& request) {
  if (request.json) {
    fmt::print("{}", list_json(systems_of(request.sitting.asked.what)));
  } else {
    print_list(systems_of(request.sitting.asked.what));
    fmt::print("{}", absent_list(request.sitting.asked.what));
  }
  return exit_ok;
}

int perform(Request request) {
  take_asked_workload(request.sitting.asked);
  if (const std::string sentence = unknown_name(request.sitting.asked); !sentence.empty()) return refuse(sentence);
  if (request.list) return list(request);
  load_inputs(request);
  if (!request.redraw.empty()) return redraw(request);
  if (!request.gallery.empty()) return redraw_all(request);
  const std::vector<BenchSystem> systems = bench_systems();
  if (!request.merge.empty()) return merge_files(request, systems);
  if (!request.compare.empty()) return compare_files(request, systems);
  if (!request.call.sitting_file.empty()) return run_one_sitting(request.call, request.sitting, systems);
  const Limits limits(request.sitting.limits);  // throws where they are none, before anything runs
  const Selection selection(request.sitting.asked, systems);
  if (selection.plans().empty()) return refuse("the filter matches nothing; --list shows what there is.");
  if (request.list_trials) {
    for (const std::string& name : selection.trial_names()) fmt::print("{}\n", name);
    return exit_ok;
  }
  if (request.dry_run) {
    for (const PanelPlan& plan : selection.plans()) {
      fmt::print("{}/{}/threads:{}\n", plan.system->name, plan.workload, plan.threads);
    }
    return exit_ok;
  }
  return measure(request, systems);
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
