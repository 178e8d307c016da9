#include "bench/statistics/speeds.hpp"

#include <cmath>
#include <optional>

namespace contend {
namespace {

// In odd rounds the design is built second.
double sign_of(int round) {
  return round % 2 == 1 ? 1 : -1;
}

std::optional<double> log_ratio(const TrialFigures& trial) {
  const double reference_per_s = trial.reference_per_s.value_or(0);
  if (reference_per_s <= 0 || trial.operations_per_s() <= 0) return std::nullopt;
  return std::log(trial.operations_per_s() / reference_per_s);
}

// Half of what odd rounds are faster by than even ones, of each design in each sitting that has both.
std::vector<double> gains_of(const std::vector<PanelTrials::Rounds>& sittings) {
  std::vector<double> gains;
  for (const PanelTrials::Rounds& rounds : sittings) {
    std::vector<double> even;
    std::vector<double> odd;
    for (const auto& [round, trial] : rounds) {
      if (const std::optional<double> log = log_ratio(trial)) (round % 2 == 1 ? odd : even).push_back(*log);
    }
    if (!even.empty() && !odd.empty()) gains.push_back((median(odd) - median(even)) / 2);
  }
  return gains;
}

template <class Figure>
Sittings by_rounds(const std::vector<PanelTrials::Rounds>& sittings, Figure figure) {
  Sittings figures;
  for (const PanelTrials::Rounds& rounds : sittings) {
    std::vector<double>& of_sitting = figures.emplace_back();
    for (const auto& [round, trial] : rounds) {
      of_sitting.resize(static_cast<std::size_t>(round) + 1);
      of_sitting.back() = figure(round, trial);
    }
  }
  return figures;
}

}  // namespace

Speeds::Speeds(const PanelTrials& trials) : trials_(trials) {
  std::vector<double> gains;
  for (const auto& [name, sittings] : trials.sittings) {
    for (const PanelTrials::Rounds& rounds : sittings) {
      for (const auto& [round, trial] : rounds) took_turns_ |= trial.reference_per_s.has_value();
    }
    const std::vector<double> more = gains_of(sittings);
    gains.insert(gains.end(), more.begin(), more.end());
  }
  if (!gains.empty()) second_gains_ = median(std::move(gains));
}

Sittings Speeds::of(const std::string& name) const {
  return by_rounds(trials_.sittings.at(name), [&](int round, const TrialFigures& trial) {
    // Speeds of trials with turns and without have no common measure.
    if (!trial.reference_per_s) return took_turns_ ? 0 : trial.operations_per_s();
    const std::optional<double> log = log_ratio(trial);
    return log ? std::exp(*log - sign_of(round) * second_gains_) : 0;
  });
}

Pair Speeds::to_reference(const std::string& name) const {
  if (!took_turns_) return {of(name), of("reference")};
  return {of(name), by_rounds(trials_.sittings.at(name), [](int, const TrialFigures&) { return 1.0; })};
}

}  // namespace contend
