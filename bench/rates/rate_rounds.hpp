#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bench/rates/asked_rates.hpp"
#include "bench/record/record.hpp"

namespace contend {

// The trials of one panel at the rates that were asked for. The control `noop` gets the schedule of `reference`: what it
// shows is the platform's own lateness, and no design's.
class RateRounds {
 public:
  // Runs a trial: of which design, at how many operations a second (infinite: as many as it can, each call timed), and for
  // how long.
  using Measure = std::function<TrialResult(const std::string& design, double rate_per_s, int window_ms)>;

  // `designs` holds noop and reference. `window_ms` is that of a trial without a rate; one at a rate is longer, for its
  // tail is what is asked for.
  RateRounds(AskedRates asked, std::vector<std::string> designs, int window_ms, std::uint64_t seed, Measure measure);

  // What each design can do, as the median of a few trials; then every design at every rate once, in shuffled order, or a
  // search for each. Adds to `figures`. Ends early where `go_on` says no.
  void run(std::map<std::string, RatesOfDesign>& figures, const std::function<bool()>& go_on);

 private:
  void measure_capacities(const std::function<bool()>& go_on);
  void run_rates(std::map<std::string, RatesOfDesign>& figures, const std::function<bool()>& go_on);
  void search(const std::string& design, std::map<std::string, RatesOfDesign>& figures,
              const std::function<bool()>& go_on);
  // The control, which has no capacity of its own, takes the reference's.
  double rate_of(const std::string& design, const AskedRate& asked) const;
  void measure_at(const std::string& design, const AskedRate& asked, std::map<std::string, RatesOfDesign>& figures);

  AskedRates asked_;
  std::vector<std::string> designs_;
  int window_ms_;
  std::mt19937_64 random_;
  Measure measure_;
  std::map<std::string, double> capacities_;  // operations a second
};

}  // namespace contend
