#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/rates/rate_rounds.hpp"
#include "bench/sittings/sitting.hpp"

namespace contend {

void Sitting::run_rates(const Group& group, double until_left_s) {
  const auto go_on = [&] { return !sitting_interrupted && left_s() > until_left_s; };
  int round = 0;
  std::vector<RateRounds> panels;
  for (const PanelPlan& plan : group.plans) {
    std::vector<std::string> designs = selection_.implementations_of(plan);
    std::erase_if(designs, is_copy);
    panels.emplace_back(options_.rates, std::move(designs), options_.window_ms, random_(),
                        [&, plan](const std::string& design, double rate_per_s, int window_ms) {
                          const TrialResult result =
                              measure(plan, design, round, {.window_ms = window_ms, .rate_per_s = rate_per_s});
                          keep(plan, design, round, TrialKind::rate, result);
                          return result;
                        });
  }
  for (; round < options_.rounds && go_on(); ++round) {
    for (std::size_t i = 0; i < panels.size(); ++i) {
      const PanelPlan& plan = group.plans[i];
      std::map<std::string, RatesOfDesign> figures;
      panels[i].run(figures, go_on);
      for (const auto& [design, of_design] : figures) {
        merge_rates(of_design, record_.rates[{plan.system->name, plan.workload, plan.threads, design}]);
      }
    }
  }
}

}  // namespace contend
