#include "bench/command/request.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "bench/engine/machine.hpp"

namespace contend {
namespace {

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

// What to repeat a run with: without the places of the machine on which it ran.
std::vector<std::string> without_places(int argc, char** argv) {
  constexpr std::array places{"--out",           "--deadlocks", "--hunt",         "--kill-table", "--checks",
                              "--benchmark_out", "--sitting",   "--sitting-file", "--sitting-ms", "--later-ms"};
  std::vector<std::string> kept;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto names = [&](const std::string& place) { return argument == place; };
    const auto gives = [&](const std::string& place) { return argument.starts_with(place + "="); };
    if (std::ranges::any_of(places, names)) {
      ++i;
    } else if (std::ranges::none_of(places, gives)) {
      kept.push_back(argument);
    }
  }
  return kept;
}

// What the program tells itself when it runs a sitting.
void add_sitting_options(CLI::App& app, Request& request, std::array<int, 2>& times_ms) {
  app.add_option("--sitting", request.sitting.number, "")->group("");
  app.add_option("--sitting-file", request.call.sitting_file, "")->group("");
  app.add_option("--sitting-ms", times_ms[0], "")->group("");
  app.add_option("--later-ms", times_ms[1], "")->group("");
}

void add_options(CLI::App& app, Request& request, std::string& budget, std::optional<int>& sittings,
                 std::optional<int>& rounds) {
  const int cores = usable_cores();
  request.sitting.asked.threads = default_threads(cores);
  app.add_option("what", request.sitting.asked.what, "systems or system/implementation; all if left out");
  app.add_option(
      "--workload", request.sitting.asked.workload,
      "only this workload: a name, or words as in kv_store:get=80,set=20,zipf=0.9; --list SYSTEM shows both");
  app.add_option("--pick", request.sitting.limits,
                 "who may be picked: p99<1ms,memory<400B, of p50, p99, p99.9, memory, share, served and speed");
  app.add_option("--threads", request.sitting.asked.threads,
                 "numbers of threads; more than the cores on which the program may run are called oversubscribed; with "
                 "a budget "
                 "of less than 3m two alone, unless they are given")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, most_threads(cores)))
      ->capture_default_str();
  app.add_option("--budget", budget, "time to spend, e.g. 90s, 15m")->capture_default_str();
  app.add_option("--sittings,--benchmark_repetitions", sittings,
                 "executions of the program, each with its own memory layout and seeds; a verdict needs them to agree; "
                 "3 by default, fewer where the budget is under 15 s")
      ->envname("BENCHMARK_REPETITIONS")
      ->check(CLI::Range(1, 100));
  app.add_option("--rounds", rounds, "exactly so many rounds a sitting; otherwise 2, and more where a verdict is open")
      ->check(CLI::Range(1, 1000));
  app.add_option("--trial-ms", request.sitting.window_ms, "measured time of a trial")
      ->check(CLI::Range(20, 1200))
      ->capture_default_str();
  app.add_option(
      "--rate", request.rates,
      "measure also response times where calls come by themselves: at 30%,60%,90% of what each design can do, "
      "at 200k/s, or at a sweep of rates");
  app.add_option("--keep", request.keep, "with --rate sweep: search the highest rate at which p99<1ms, say");
  app.add_flag(
      "--peers", request.sitting.asked.peers,
      "measure also what an engineer would write or install instead of a design (bench/peers/); a peer that is "
      "named is measured without it");
  app.add_option("--slowed", request.sitting.asked.slowed,
                 "measure also copies of the reference that are slower by so many percent, e.g. 5,10,20, and tell how "
                 "often that was seen")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 100));
  app.add_option("--seed", request.sitting.seed, "seed of order and operations")->capture_default_str();
  app.add_option("--out", request.call.out, "folder for results.json and report.html")->capture_default_str();
  app.add_option("--report", request.redraw,
                 "draw the report of this results.json again, measure nothing; of several: one page of what they agree "
                 "on, sets.html in the folder of --out")
      ->type_name("FILE");
  app.add_option("--gallery", request.gallery,
                 "draw all that lies in this folder again: <machine>/<set>/results.json, sets.html and the gallery of "
                 "its README.md")
      ->check(CLI::ExistingDirectory)
      ->type_name("FOLDER");
  app.add_option("--merge", request.merge, "put the sittings of these results.json together, measure nothing")
      ->type_name("FILE");
  app.add_option("--compare", request.compare, "what two results.json agree on, measure nothing")
      ->expected(2)
      ->type_name("FILE");
  app.add_option("--checks", request.sitting.checks,
                 "the folder of what tests/run and stress/run have found on these sources")
      ->check(CLI::ExistingDirectory);
  app.add_option("--deadlocks", request.deadlocks, "show this file, by stress/run --survival N --json, in the report")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--hunt", request.hunts, "show this file, by stress/run --hunt --json FILE, in the report")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--kill-table", request.kill_table,
                 "show this file, printed by stress/run --hunt --kill-table N, in the report")
      ->type_name("FILE");
  for (const BenchInput& input : bench_inputs()) {
    const std::string summary = fmt::format("{}: {}", input.system, input.summary);
    if (CLI::Option* const shared = app.get_option_no_throw(input.option); shared != nullptr) {
      shared->description(shared->get_description() + ". " + summary);
    } else {
      app.add_option(input.option, request.inputs[input.option], summary)->type_name("FILE");
    }
  }
  app.add_flag("--dry-run", request.dry_run, "name the panels that would be measured, measure nothing");
  app.add_flag("--list", request.list, "list implementations and workloads, of all or of what is named");
  app.add_flag("--json", request.json, "with --list: as JSON");
}

// The flags of Google Benchmark that mean something for trials do what its guide says, with its variables of the
// environment.
void add_benchmark_flags(CLI::App& app, Request& request, std::string& format) {
  const std::string group = "Google Benchmark's flags";
  app.add_option("--benchmark_filter", request.sitting.asked.filter,
                 "a regular expression over system/implementation/workload/threads:N; -EXPRESSION: all others")
      ->envname("BENCHMARK_FILTER")
      ->group(group);
  app.add_flag("--benchmark_list_tests", request.list_trials, "name the trials that would be measured")->group(group);
  app.add_option("--benchmark_format", format, "json: the results on standard output, the tables on standard error")
      ->envname("BENCHMARK_FORMAT")
      ->check(CLI::IsMember({"console", "json"}))
      ->group(group);
  app.add_option("--benchmark_out", request.copy, "one more file for the results, as JSON")
      ->envname("BENCHMARK_OUT")
      ->group(group);
  app.add_option("--benchmark_out_format", "of that file; there is no other")
      ->check(CLI::IsMember({"json"}))
      ->group(group);
  app.add_option("--benchmark_context", request.call.contexts, "key=value for the context of the results")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
}

struct RefusedFlag {
  const char* flag;
  const char* instead;
};
// Those that mean nothing for trials, and what does.
constexpr RefusedFlag refused_flags[] = {
    {"--benchmark_min_time", "a trial lasts as long as --trial-ms says"},
    {"--benchmark_min_warmup_time", "a trial warms up for a fifth of --trial-ms"},
    {"--benchmark_dry_run", "--dry-run names what would be measured"},
    {"--benchmark_enable_random_interleaving", "rounds are always shuffled; --seed chooses the order"},
    {"--benchmark_report_aggregates_only", "the tables hold medians of the rounds, results.json every trial"},
    {"--benchmark_display_aggregates_only", "the tables hold medians of the rounds, results.json every trial"},
    {"--benchmark_perf_counters", "bench_blocks takes it, trials do not"},
    {"--benchmark_counters_tabular", "the tables are not Google Benchmark's"},
    {"--benchmark_time_unit", "the tables are not Google Benchmark's"},
    {"--benchmark_color", "the tables have no colours"}};

void add_refused_flags(CLI::App& app) {
  for (const RefusedFlag& refused : refused_flags) {
    app.add_option(refused.flag, "")->expected(0, 1)->group("");  // not in --help
  }
}

std::string refused_flag(const CLI::App& app) {
  for (const RefusedFlag& refused : refused_flags) {
    if (app.count(refused.flag) > 0) return fmt::format("{} has no meaning here: {}.", refused.flag, refused.instead);
  }
  return "";
}

}  // namespace

int refuse(const std::string& sentence) {
  fmt::print(stderr, "bench: {}\n", sentence);
  return exit_usage;
}

std::variant<Request, int> parse_request(int argc, char** argv) {
  Request request;
  request.call.out = "results/local";
  std::string budget = "15m";
  std::string format = "console";
  request.sitting.tables = stdout;
  CLI::App app{"Compares implementations by fixed-time trials in shuffled rounds.", "bench/run"};
  std::optional<int> sittings;
  std::optional<int> rounds;
  std::array<int, 2> times_ms{};
  add_options(app, request, budget, sittings, rounds);
  add_sitting_options(app, request, times_ms);
  add_benchmark_flags(app, request, format);
  add_refused_flags(app);
  app.footer(
      "Examples:\n"
      "  bench/run                                       everything, 15 minutes\n"
      "  bench/run kv_store --workload read_heavy --threads 2\n"
      "  bench/run --workload kv_store:get=80,set=15,scan=5,keys=1M,value=1k,zipf=0.9,miss=10\n"
      "  bench/run kv_store --workload get=80,set=20 --pick 'p99<5us,memory<400B' --budget 90s\n"
      "  bench/run kv_store --workload read_heavy --rate 30%,60%,90%,200k/s --budget 2m\n"
      "  bench/run kv_store --workload read_heavy --rate sweep --keep 'p99<100us' --budget 2m\n"
      "  bench/run ledger/striped ledger/sorted_locks --benchmark_filter=zipf --budget 2m\n"
      "Exit codes: 0 measured, 1 a trial ended wrong, 2 usage (also: the filter matches nothing, a file\n"
      "  cannot be read), 3 the machine was too busy for verdicts (the figures are kept),\n"
      "  4 results cannot be written, 130 interrupted (finished trials are kept, marked incomplete).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  if (const std::string sentence = refused_flag(app); !sentence.empty()) return refuse(sentence);
  if (request.json && !request.list) {
    return refuse("--json goes with --list; --benchmark_format=json puts the results on standard output.");
  }
  try {
    request.sitting.rates = parse_rates(request.rates, request.keep);
  } catch (const std::invalid_argument& error) {
    return refuse(error.what());
  }
  const auto spend = parse_duration(budget);
  if (!spend) return refuse(fmt::format("--budget '{}' is not a time; write 90s, 3m or 1h.", budget));
  request.sitting.budget = *spend;
  // Rounds of one panel tell more than a round of three.
  if (app.count("--threads") == 0 && *spend < std::chrono::minutes(3)) {
    request.sitting.asked.threads = {std::min(2, usable_cores())};
  }
  request.sitting.of = sittings.value_or(std::clamp(static_cast<int>(spend->count() / 5000), 1, request.sitting.of));
  // Two tables a trial take twice as long to fill: where time is short, a round more tells more.
  request.sitting.turns = *spend / request.sitting.of >= std::chrono::seconds(20);
  if (!request.call.sitting_file.empty()) {
    request.sitting.budget = std::chrono::milliseconds(times_ms[0]);
    request.sitting.later = std::chrono::milliseconds(times_ms[1]);
  }
  if (rounds) request.sitting.rounds = *rounds;
  request.sitting.only_these_rounds = rounds.has_value();
  if (format == "json") {
    request.json = true;
    request.sitting.tables = stderr;
  }
  request.call.repeat_with = without_places(argc, argv);
  request.call.arguments.assign(argv, argv + argc);
  return request;
}

}  // namespace contend
