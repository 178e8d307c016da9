#include "bench/engine/command_line.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "bench/engine/session.hpp"
#include "bench/report/report.hpp"
#include "impls/base/nearest.hpp"

namespace contend {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_violation = 1;
constexpr int exit_usage = 2;
constexpr int exit_environment = 4;
constexpr int exit_interrupted = 130;

struct Request {
  SessionOptions session;
  std::string budget = "15m";
  std::filesystem::path out = "results/local";
  std::string redraw;
  std::vector<std::string> deadlocks;
  std::map<std::string, std::string> inputs;  // by option
  bool list = false;
  bool dry_run = false;
  bool json = false;
};

// "90s", "3m", "1h", "500ms" or a bare number of seconds; nothing if it is none of these.
std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  static const std::map<std::string, double> unit_ms{{"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}};
  const auto unit = unit_ms.find(text.substr(used));
  if (unit == unit_ms.end() || !(value > 0)) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(value * unit->second));
}

int refuse(const std::string& sentence) {
  fmt::print(stderr, "bench: {}\n", sentence);
  return exit_usage;
}

void print_list(bool json) {
  nlohmann::json all = nlohmann::json::array();
  for (const BenchSystem& system : bench_systems()) {
    nlohmann::json item{{"system", system.name}};
    for (const auto& [name, contract, guarantees] : system.implementations) {
      nlohmann::json row{{"name", name},
                         {"technique", contract.technique},
                         {"summary", contract.summary},
                         {"progress", contract.progress}};
      std::string promised;
      for (const auto& [what, value] : guarantees) {
        row["guarantees"][std::string(what)] = value;
        promised += fmt::format("; {}: {}", what, value);
      }
      item["implementations"].push_back(row);
      if (!json) fmt::print("{}/{:<18} [{}{}] {}\n", system.name, name, contract.technique, promised, contract.summary);
    }
    for (const auto& [name, summary, contended] : system.workloads) {
      item["workloads"].push_back({{"name", name}, {"summary", summary}});
      if (!json) fmt::print("{} workload {:<18} {}\n", system.name, name, summary);
    }
    all.push_back(item);
  }
  if (json) fmt::print("{}\n", all.dump(2));
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

// Throws with a sentence where a folder or file cannot be written.
void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file)
    throw std::runtime_error(fmt::format("cannot write {}: is the disk full, or the folder read-only?", path.string()));
}

void save(const nlohmann::json& results, const std::filesystem::path& out) {
  write_file(out / "results.json", results.dump(1) + "\n");
  write_report(results, out / "report.html");
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
    request.session.workload = input.load(file);
    if (request.session.what.empty()) request.session.what = {input.system};
  }
}

int print_plans(const SessionOptions& options) {
  const Session session(options);
  for (const PanelPlan& plan : session.plans()) {
    fmt::print("{}/{}/threads:{}\n", plan.system->name, plan.workload, plan.threads);
  }
  return session.plans().empty() ? refuse("the filter matches nothing; --list shows what there is.") : exit_ok;
}

void print_answers(const std::vector<Panel>& panels) {
  fmt::print("\nWhich should I pick?\n");
  for (const Panel& panel : panels) {
    if (panel.plan.threads != 2 && panels.size() > 1 && panel.plan.threads != panels.front().plan.threads) continue;
    fmt::print("  {}: {}\n", panel.plan.system->name, panel.answer);
  }
}

// Throws with a sentence where the file is not what it should be.
nlohmann::json read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::invalid_argument(fmt::format("cannot read {}.", path));
  nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded()) throw std::invalid_argument(fmt::format("{} is not JSON.", path));
  return json;
}

int run_session(Request request, const std::vector<std::string>& arguments) {
  for (const std::string& file : request.deadlocks) {
    for (const nlohmann::json& survival : read_json(file)) request.session.deadlocks.push_back(survival);
  }
  Session session(request.session);
  if (session.plans().empty()) return refuse("the filter matches nothing; --list shows what there is.");
  // A folder that cannot be written is better known before a quarter of an hour than after.
  std::filesystem::create_directories(request.out);
  write_file(request.out / ".writable", "");
  std::filesystem::remove(request.out / ".writable");
  signal(SIGINT, [](int) { session_interrupted = true; });
  session.run();
  save(session.to_json(arguments), request.out);
  print_answers(session.panels());
  fmt::print("{}\nResults: {}\nReport:  {}\n", to_table(session.summary()), (request.out / "results.json").string(),
             (request.out / "report.html").string());
  if (!session.all_valid()) {
    fmt::print(stderr, "bench: some trials ended with a wrong state, a hang or a crash; see the tables.\n");
    return exit_violation;
  }
  return session.complete() ? exit_ok : exit_interrupted;
}

// What to repeat a run with: without the folders of the machine on which it ran.
std::vector<std::string> without_places(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--out" || argument == "--deadlocks") {
      ++i;
    } else if (!argument.starts_with("--out=") && !argument.starts_with("--deadlocks=")) {
      kept.push_back(argument);
    }
  }
  return kept;
}

int redraw(const Request& request) {
  const nlohmann::json results = read_json(request.redraw);
  const auto page = std::filesystem::path(request.redraw).replace_filename("report.html");
  write_report(results, page);
  fmt::print("Report: {}\n", page.string());
  return exit_ok;
}

// Gives Google Benchmark its flags and takes them out of the arguments. It would answer --help with its own.
void take_benchmark_flags(int& argc, char** argv) {
  std::vector<char*> flags{argv[0]};
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--benchmark_")) {
      flags.push_back(argv[i]);
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  int flag_count = static_cast<int>(flags.size());
  flags.push_back(nullptr);
  benchmark::Initialize(&flag_count, flags.data());
}

}  // namespace

int bench_main(int argc, char** argv) {
  const std::vector<std::string> arguments = without_places({argv + 1, argv + argc});
  take_benchmark_flags(argc, argv);
  Request request;
  CLI::App app{"Compares implementations by fixed-time trials in shuffled rounds.", "bench/run"};
  app.add_option("what", request.session.what, "systems or system/implementation; all if left out");
  app.add_option("--workload", request.session.workload, "only this workload");
  app.add_option("--threads", request.session.threads, "numbers of threads, e.g. 1,2,4")
      ->delimiter(',')
      ->check(CLI::Range(1, max_trial_threads))
      ->capture_default_str();
  app.add_option("--budget", request.budget, "time to spend, e.g. 90s, 15m")->capture_default_str();
  app.add_option("--rounds", request.session.rounds,
                 "rounds of a panel; fewer than 6 give no interval, fewer than 12 seldom a verdict")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--trial-ms", request.session.window_ms, "measured time of a trial")
      ->check(CLI::Range(20, 1200))
      ->capture_default_str();
  app.add_option("--seed", request.session.seed, "seed of order and operations")->capture_default_str();
  app.add_option("--out", request.out, "folder for results.json and report.html")->capture_default_str();
  app.add_option("--report", request.redraw, "draw the report of this results.json again, measure nothing");
  app.add_option("--deadlocks", request.deadlocks, "show this file, by stress/run --survival N --json, in the report")
      ->allow_extra_args(false);
  for (const BenchInput& input : bench_inputs()) {
    app.add_option(input.option, request.inputs[input.option], fmt::format("{}: {}", input.system, input.summary))
        ->type_name("FILE");
  }
  app.add_flag("--dry-run", request.dry_run, "name the panels that would be measured, measure nothing");
  app.add_flag("--list", request.list, "list implementations and workloads");
  app.add_flag("--json", request.json, "with --list: as JSON");
  app.footer(
      "Examples:\n"
      "  bench/run                                       everything, 15 minutes\n"
      "  bench/run kv_store --workload read_heavy --threads 2\n"
      "  bench/run ledger/striped ledger/sorted_locks --benchmark_filter=zipf --budget 2m\n"
      "Exit codes: 0 measured, 1 a trial ended wrong, 2 usage (also: the filter matches nothing),\n"
      "  4 results cannot be written, 130 interrupted (finished trials are kept, marked incomplete).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  const auto budget = parse_duration(request.budget);
  if (!budget) return refuse(fmt::format("--budget '{}' is not a time; write 90s, 3m or 1h.", request.budget));
  request.session.budget = *budget;
  request.session.filter = benchmark::GetBenchmarkFilter();
  if (request.list) {
    print_list(request.json);
    return exit_ok;
  }
  if (const std::string sentence = unknown_name(request.session); !sentence.empty()) return refuse(sentence);
  try {
    load_inputs(request);
    if (request.dry_run) return print_plans(request.session);
    return request.redraw.empty() ? run_session(request, arguments) : redraw(request);
  } catch (const std::regex_error&) {
    return refuse("--benchmark_filter is not a regular expression.");
  } catch (const std::invalid_argument& error) {
    return refuse(error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return exit_environment;
  }
}

}  // namespace contend
