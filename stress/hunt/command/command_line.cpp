#include "stress/hunt/command/command_line.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "impls/base/nearest.hpp"
#include "stress/hunt/command/kill_table.hpp"
#include "stress/hunt/command/reports.hpp"
#include "stress/hunt/command/request.hpp"
#include "stress/hunt/tell/rules.hpp"

namespace contend::hunt {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_found = 1;
constexpr int exit_missed = 1;  // of broken ones
constexpr int exit_usage = 2;
constexpr int exit_unknown = 3;
constexpr int exit_race = 66;

constexpr auto replace_bad_text = nlohmann::json::error_handler_t::replace;

// False: it could not be, and that has been said.
bool written(const std::string& file, const std::string& text) {
  if ((std::ofstream(file) << text).flush()) return true;
  fmt::print(stderr, "hunt: '{}' cannot be written.\n", file);
  return false;
}

int run_all(const std::vector<const Target*>& some, const HuntOptions& options, const Request& request) {
  std::size_t found = 0;
  std::size_t races = 0;
  std::size_t unknown = 0;
  std::size_t done = 0;
  nlohmann::json rows = nlohmann::json::array();
  run_hunts(some, options, [&](const HuntReport& report) {
    ++done;
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
    print_report(report, request.trace);
    rows.push_back(report_json(report));
    unknown += report.crash.empty() ? 0 : 1;
    if (report.result.found) {
      ++found;
      races += report.result.finding.kind == FindingKind::race ? 1 : 0;
    }
    if (isatty(STDERR_FILENO) != 0 && done < some.size()) {
      fmt::print(stderr, "[{}/{}] about {:.0f} s left", done, some.size(),
                 static_cast<double>(some.size() - done) * request.seconds / static_cast<double>(options.jobs));
    }
  });
  fmt::print("{} of {} targets: something found in {}, nothing in {}, {} unknown\n", done, some.size(), found,
             done - found - unknown, unknown);
  if (!request.json_file.empty() && !written(request.json_file, rows.dump(1, ' ', true, replace_bad_text) + "\n")) {
    return exit_usage;
  }
  if (request.broken) return found == done ? exit_ok : exit_missed;
  if (found > 0) return races == found ? exit_race : exit_found;
  return unknown > 0 ? exit_unknown : exit_ok;
}

int exit_of(const Finding& finding) {
  if (finding.kind == FindingKind::none) return exit_ok;
  return finding.kind == FindingKind::race ? exit_race : exit_found;
}

// The system takes no argument of more than 128 KiB: longer tokens come in a file.
std::string token_text(const Request& request) {
  if (!request.token.starts_with('@')) return request.token;
  std::ifstream file(request.token.substr(1));
  std::string text;
  file >> text;
  return text;
}

int run_again(const std::vector<Target>& all, const HuntOptions& options, const Request& request) {
  const std::optional<Token> token = token_from(token_text(request));
  if (!token) {
    fmt::print(stderr, "hunt: '{}' is no token: take the whole word that a find ends with, in quotes.\n",
               request.token);
    return exit_usage;
  }
  for (const Target& target : all) {
    if (target.scenario.name != token->scenario) continue;
    if (request.trace) {
      Finding finding;
      print_trace(request.token, replay_trace(target, *token, options, finding));
      return exit_of(finding);
    }
    const Replay again = replay(target, *token, options);
    const FindingKind kind = again.finding.kind;
    fmt::print("{}: {}\n", token->scenario, name_of(kind));
    if (kind != FindingKind::none) fmt::print("  {}\n", rule_broken(kind));
    fmt::print("{}  under a debugger: gdb{} --args {} --replay '{}'\n", again.story,
               again.last_place.empty() ? "" : fmt::format(" -ex 'break {}' -ex run", again.last_place),
               std::filesystem::read_symlink("/proc/self/exe").string(), request.token);
    std::fflush(stdout);
    if (!request.svg_file.empty() && !written(request.svg_file, again.picture)) return exit_usage;
    return exit_of(again.finding);
  }
  fmt::print(stderr, "hunt: '{}' of the token is not in this program; --list shows all.\n", token->scenario);
  return exit_usage;
}

}  // namespace

int hunt_main(int argc, char** argv) {
  Request request;
  CLI::App app{"Explores schedules of threads one step at a time and tells what is wrong in them.",
               "stress/run --hunt"};
  describe(app, request);
  app.footer(
      "Examples:\n"
      "  stress/run --hunt                                   every implementation, a second for each attack\n"
      "  stress/run --hunt kv_store/striped --seconds 10\n"
      "  stress/run --hunt my_program.cpp                    an ordinary program: its main is explored\n"
      "  stress/run --hunt --broken cache                    the broken ones, which must be found\n"
      "Exit codes: 0 nothing found, 1 found, 66 nothing but races found, 2 usage, 3 a hunt did not end.\n"
      "  With --broken: 0 all found, 1 one was missed.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  bool known_strategies = true;
  const HuntOptions options = options_of(request, known_strategies);
  if (!known_strategies) return exit_usage;
  const std::vector<Target> all = targets();
  if (!request.token.empty()) return run_again(all, options, request);
  if (request.campaigns > 0) request.broken = all.front().broken || all.size() > 1;
  const std::vector<const Target*> some = choose(all, request);
  if (some.empty()) {
    std::vector<std::string> names;
    for (const Target& target : all) names.push_back(target.scenario.name);
    fmt::print(stderr, "hunt: nothing is called '{}'; {} --list shows all.\n", request.what,
               did_you_mean(request.what, names));
    return exit_usage;
  }
  if (request.list) {
    for (const Target* target : some) fmt::print("{}\n", target->scenario.name);
    return exit_ok;
  }
  if (request.campaigns > 0) return print_kill_table(some, options, request.campaigns, request.json_file);
  return run_all(some, options, request);
}

}  // namespace contend::hunt
