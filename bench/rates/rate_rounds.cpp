#include "bench/rates/rate_rounds.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "bench/rates/judged_rates.hpp"

namespace contend {
namespace {

constexpr int longest_window_ms = 1200;

// Four times as long as other trials, and long enough that its p99 is known.
int window_for(double rate_per_s, int window_ms) {
  constexpr double enough_calls = 3000;
  const double for_calls_ms = 1e3 * enough_calls / rate_per_s;
  return static_cast<int>(
      std::clamp<double>(for_calls_ms, std::min(4 * window_ms, longest_window_ms), longest_window_ms));
}

RateFigures figures_of(const AskedRate& asked, double rate_per_s, const TrialResult& trial) {
  RateFigures figures;
  figures.asked = asked;
  if (trial.status != TrialStatus::ok) {
    figures.trouble = std::string(to_string(trial.status)) + " " + trial.message.data();
    return figures;
  }
  figures.rate_per_s = rate_per_s;
  figures.trials = 1;
  figures.behind = trial.behind ? 1 : 0;
  figures.due = trial.due;
  figures.served = trial.served;
  figures.times = trial.times;
  return figures;
}

}  // namespace

RateRounds::RateRounds(AskedRates asked, std::vector<std::string> designs, int window_ms, std::uint64_t seed,
                       Measure measure)
    : asked_(std::move(asked)),
      designs_(std::move(designs)),
      window_ms_(window_ms),
      random_(seed),
      measure_(std::move(measure)) {}

double RateRounds::rate_of(const std::string& design, const AskedRate& asked) const {
  if (asked.share == 0) return asked.per_s;
  const auto found = capacities_.find(design == noop_name ? "reference" : design);
  return found == capacities_.end() ? 0 : asked.share * found->second;
}

void RateRounds::measure_at(const std::string& design, const AskedRate& asked,
                            std::map<std::string, RatesOfDesign>& figures) {
  const double rate_per_s = rate_of(design, asked);
  if (rate_per_s <= 0) return;  // its trials went wrong, and say so themselves
  const TrialResult trial = measure_(design, rate_per_s, window_for(rate_per_s, window_ms_));
  merge_rates({figures_of(asked, rate_per_s, trial)}, figures[design]);
}

void RateRounds::measure_capacities(const std::function<bool()>& go_on) {
  constexpr int trials = 3;
  std::map<std::string, std::vector<double>> speeds;
  for (int trial = 0; trial < trials; ++trial) {
    std::ranges::shuffle(designs_, random_);
    for (const std::string& design : designs_) {
      if (design == noop_name) continue;
      if (!go_on()) return;
      const TrialResult result = measure_(design, std::numeric_limits<double>::infinity(), window_ms_);
      speeds[design].push_back(result.operations_per_s());
    }
  }
  for (const auto& [design, of_design] : speeds) capacities_[design] = median(of_design);
}

void RateRounds::run_rates(std::map<std::string, RatesOfDesign>& figures, const std::function<bool()>& go_on) {
  std::vector<std::pair<std::string, AskedRate>> trials;
  for (const std::string& design : designs_) {
    for (const AskedRate& asked : asked_.rates) trials.emplace_back(design, asked);
  }
  std::ranges::shuffle(trials, random_);
  for (const auto& [design, asked] : trials) {
    if (!go_on()) return;
    measure_at(design, asked, figures);
  }
}

// Halves the shares between the highest that keeps the limits and the lowest that does not. What all rounds at a share came
// to counts, so that a later round mends what one disturbed trial has said.
void RateRounds::search(const std::string& design, std::map<std::string, RatesOfDesign>& figures,
                        const std::function<bool()>& go_on) {
  constexpr int finest = 64;
  int keeps = 0;
  int breaks = finest;
  while (breaks - keeps > 1 && go_on()) {
    const int middle = (keeps + breaks) / 2;
    const AskedRate asked{.share = static_cast<double>(middle) / finest};
    measure_at(design, asked, figures);
    if (design == "reference") measure_at(noop_name, asked, figures);
    const auto& of_design = figures[design];
    const auto measured = std::ranges::find(of_design, asked, &RateFigures::asked);
    if (measured == of_design.end()) return;
    (keeps_limits(*measured, asked_.keep) ? keeps : breaks) = middle;
  }
}

void RateRounds::run(std::map<std::string, RatesOfDesign>& figures, const std::function<bool()>& go_on) {
  const bool shares =
      asked_.search || std::ranges::any_of(asked_.rates, [](const AskedRate& rate) { return rate.share > 0; });
  if (shares && capacities_.empty()) measure_capacities(go_on);
  if (!asked_.search) return run_rates(figures, go_on);
  std::ranges::shuffle(designs_, random_);
  for (const std::string& design : designs_) {
    if (design != noop_name) search(design, figures, go_on);
  }
}

}  // namespace contend
