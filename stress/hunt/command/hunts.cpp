#include "stress/hunt/command/hunts.hpp"

#include <fmt/core.h>
#include <sys/wait.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "stress/hunt/command/child.hpp"
#include "stress/hunt/drawing/drawing.hpp"
#include "stress/hunt/drawing/timeline.hpp"
#include "stress/hunt/explore/minimiser.hpp"
#include "stress/hunt/tell/rules.hpp"
#include "stress/hunt/tell/suppressions.hpp"

namespace contend::hunt {
namespace {

using nlohmann::json;

std::string plain_text(const char* text) {
  return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

json finding_json(const Finding& finding) {
  return {{"kind", static_cast<int>(finding.kind)},
          {"thread", finding.thread},
          {"step", finding.step},
          {"text", plain_text(finding.text)}};
}

void read_finding(const json& from, Finding& finding) {
  finding = {};
  finding.kind = static_cast<FindingKind>(from.at("kind").get<int>());
  finding.thread = from.at("thread").get<std::uint32_t>();
  finding.step = from.at("step").get<std::uint64_t>();
  const auto text = json::parse(from.at("text").get<std::string>()).get<std::string>();
  text.copy(finding.text, Finding::most_text - 1);
}

json result_json(const CampaignResult& result) {
  json all = {{"schedules", result.schedules},     {"points", result.points},
              {"distinct", result.distinct},       {"new_of_last_thousand", result.new_of_last_thousand},
              {"most_points", result.most_points}, {"suppressed", result.suppressed},
              {"seconds", result.seconds},         {"processor_seconds", result.processor_seconds},
              {"last", result.last.text()},        {"last_trace", result.last_trace}};
  all["exhausted"] = {{"any", result.exhausted.any},
                      {"too_large", result.exhausted.too_large},
                      {"all", result.exhausted.all},
                      {"preemptions", result.exhausted.preemptions}};
  if (!result.found) return all;
  Token guided = *result.found;
  guided.strategy = {Strategy::guided, 0};
  guided.decisions = result.decisions;
  all["found"] = result.found->text();
  all["guided"] = guided.text();
  all["finding"] = finding_json(result.finding);
  return all;
}

CampaignResult read_result(const json& all) {
  CampaignResult result;
  result.schedules = all.at("schedules");
  result.points = all.at("points");
  result.distinct = all.at("distinct");
  result.new_of_last_thousand = all.at("new_of_last_thousand");
  result.most_points = all.at("most_points");
  result.suppressed = all.at("suppressed");
  result.seconds = all.at("seconds");
  result.processor_seconds = all.at("processor_seconds");
  const json& exhausted = all.at("exhausted");
  result.exhausted.any = exhausted.at("any");
  result.exhausted.too_large = exhausted.at("too_large");
  result.exhausted.all = exhausted.at("all");
  result.exhausted.preemptions = exhausted.at("preemptions");
  result.last = token_from(all.at("last").get<std::string>()).value_or(Token{});
  result.last_trace = all.at("last_trace");
  if (!all.contains("found")) return result;
  result.found = token_from(all.at("found").get<std::string>());
  result.decisions = token_from(all.at("guided").get<std::string>()).value_or(Token{}).decisions;
  read_finding(all.at("finding"), result.finding);
  return result;
}

Plan recording_plan(const Token& token, const CampaignOptions& options) {
  Plan plan = token.plan();
  plan.watched = options.watched;
  plan.most_steps = options.most_steps;
  plan.recording = true;
  return plan;
}

// A race in a library that is known not to hurt is passed over, and not told again.
bool is_known_race(const Scenario& scenario, const CampaignOptions& options, const Token& token,
                   const Finding& finding) {
  if (finding.kind != FindingKind::race) return false;
  Symbols symbols;
  run_once(scenario, token.workload, recording_plan(token, options));
  const Finding again = last_execution().finding;
  if (again.kind != FindingKind::race || !is_suppressed_race(again, symbols)) return false;
  ignore_race_of(again);
  return true;
}

CampaignOptions with_suppressions(const Scenario& scenario, const CampaignOptions& options) {
  CampaignOptions own = options;
  own.is_suppressed = [&scenario, own](const Token& token, const Finding& finding) {
    return is_known_race(scenario, own, token, finding);
  };
  return own;
}

void hunt_in_child(const Target& target, const HuntOptions& options, int descriptor) {
  enter_hunt({options.switching});
  if (options.counts_outcomes) count_outcomes();
  const CampaignOptions campaign = with_suppressions(target.scenario, options.campaign);
  json all = result_json(run_campaign(target.scenario, campaign));
  if (options.counts_outcomes) all["outcomes"] = counted_outcomes();
  write_all(descriptor, all.dump());
}

std::string picture(const Story& story, const Finding& finding, const Token& token) {
  return timeline_svg(
      story, {fmt::format("{}: {}", token.scenario, name_of(finding.kind)), rule_broken(finding.kind), token.text()});
}

// In a fresh process: the same again, then smaller, then told.
void explain_in_child(const Target& target, const CampaignResult& result, const HuntOptions& options, int descriptor) {
  enter_hunt({options.switching});
  const CampaignOptions campaign = with_suppressions(target.scenario, options.campaign);
  const auto minimised = minimise(target.scenario, campaign, *result.found, result.decisions, result.finding.kind);
  const Token token = minimised ? minimised->token : *result.found;
  const Finding finding =
      run_past_suppressed(target.scenario, campaign, token, recording_plan(token, campaign)).finding;
  json answer = {{"repeated", minimised && finding.kind == result.finding.kind}};
  Symbols symbols;
  answer["token"] = token.text();
  answer["switches"] = token.decisions.size();
  answer["switches_before"] = minimised ? minimised->decisions_before : 0;
  answer["finding"] = finding_json(finding);
  const Story story = tell_last_execution(finding, symbols);
  answer["story"] = timeline_text(story, options.width);
  answer["picture"] = picture(story, finding, token);
  write_all(descriptor, answer.dump(-1, ' ', true, json::error_handler_t::replace));
}

void explain(HuntReport& report, const HuntOptions& options) {
  run_in_children(
      1, 1, false,
      [&](std::size_t, int descriptor) { explain_in_child(*report.target, report.result, options, descriptor); },
      [&](std::size_t, const Answer& answer) {
        const json all = json::parse(answer.text, nullptr, false);
        if (all.is_discarded()) return;
        report.repeated = all.at("repeated");
        report.token = all.at("token");
        report.switches_needed = all.at("switches");
        report.switches_before = all.at("switches_before");
        report.story = all.at("story");
        report.picture = all.at("picture");
        if (report.repeated) read_finding(all.at("finding"), report.result.finding);
      });
}

std::string ending_of(int status) {
  if (WIFSIGNALED(status)) return fmt::format("the process that explored was ended by signal {}", WTERMSIG(status));
  return fmt::format("the process that explored ended with code {}", WEXITSTATUS(status));
}

}  // namespace

void run_hunts(const std::vector<const Target*>& chosen, const HuntOptions& options,
               const std::function<void(const HuntReport&)>& report) {
  run_in_children(
      chosen.size(), options.jobs, false,
      [&](std::size_t number, int descriptor) { hunt_in_child(*chosen[number], options, descriptor); },
      [&](std::size_t number, const Answer& answer) {
        HuntReport one;
        one.target = chosen[number];
        const json all = json::parse(answer.text, nullptr, false);
        if (all.is_discarded()) {
          one.crash = ending_of(answer.status);
        } else {
          one.result = read_result(all);
          if (all.contains("outcomes")) one.outcomes = all.at("outcomes").get<std::vector<std::uint64_t>>();
        }
        if (one.result.found) {
          one.token = one.result.found->text();
          if (options.explains) explain(one, options);
        }
        report(one);
      });
}

Replay replay(const Target& target, const Token& token, const HuntOptions& options) {
  enter_hunt({options.switching});
  const CampaignOptions campaign = with_suppressions(target.scenario, options.campaign);
  run_past_suppressed(target.scenario, campaign, token, recording_plan(token, campaign));
  Replay again;
  again.finding = last_execution().finding;
  Symbols symbols;
  const Story story = tell_last_execution(again.finding, symbols);
  again.story = timeline_text(story, options.width) +
                fmt::format("   {} steps, trace {:016x}\n", last_execution().steps, last_execution().trace_hash);
  again.picture = picture(story, again.finding, token);
  const auto culprit =
      std::find_if(story.rows.rbegin(), story.rows.rend(), [](const Row& row) { return row.is_culprit; });
  if (!story.rows.empty())
    again.last_place = (culprit != story.rows.rend() ? *culprit : story.rows.back()).place.short_text();
  return again;
}

std::uint64_t replay_trace(const Target& target, const Token& token, const HuntOptions& options, Finding& finding) {
  enter_hunt({options.switching});
  const CampaignOptions campaign = with_suppressions(target.scenario, options.campaign);
  Plan plan = recording_plan(token, campaign);
  plan.recording = false;
  const Execution& execution = run_past_suppressed(target.scenario, campaign, token, plan);
  finding = execution.finding;
  return execution.trace_hash;
}

}  // namespace contend::hunt
