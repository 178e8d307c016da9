#pragma once

#include <unordered_set>

#include "stress/hunt/explore/campaign.hpp"

namespace contend::hunt {

// Runs executions of a campaign one after another and keeps its books: how many there were and how many differed, what was
// found, and whether the budget is spent.
class Tally {
 public:
  Tally(const Scenario& scenario, const CampaignOptions& options);

  // What is made once (locales, caches of the C library, homes of threads) is made, and nothing that is found counts.
  void warm_up();
  // Only while not done.
  const Execution& run(const Token& token) { return run(token, token.plan()); }
  // The same by a plan that asks for more than the token can say.
  const Execution& run(const Token& token, Plan plan);
  bool done() const { return done_; }

  const CampaignResult& result() const { return result_; }
  CampaignResult& result() { return result_; }
  double seconds() const;
  // The result, with the time until now.
  CampaignResult close();

 private:
  void count_as_new(std::uint64_t signature);
  void keep_find(const Token& token, const Execution& execution);
  void look_at_budget();
  void keep_last(const Token& token, const Execution& execution);

  const Scenario& scenario_;
  const CampaignOptions& options_;
  std::unordered_set<std::uint64_t> signatures_;
  std::uint64_t new_in_window_ = 0;
  double start_ = 0;
  double processor_start_ = 0;
  double last_progress_ = 0;
  bool done_ = false;
  CampaignResult result_;
};

}  // namespace contend::hunt
