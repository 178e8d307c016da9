#pragma once

#include <functional>
#include <string>
#include <vector>

#include "stress/hunt/command/targets.hpp"
#include "stress/hunt/explore/campaign.hpp"

namespace contend::hunt {

// What a hunt on one target came to.
struct HuntReport {
  const Target* target = nullptr;
  CampaignResult result;
  std::vector<std::uint64_t> outcomes;  // by exit code, where they are counted
  std::string crash;                    // how the process ended that explored, if it did not end well
  bool repeated = false;                // the find showed itself again in a fresh process
  std::string token;                    // of the smallest execution that shows it
  std::size_t switches_needed = 0;
  std::size_t switches_before = 0;
  std::string story;    // the timeline and the stacks, for people
  std::string picture;  // the same as SVG
};

struct HuntOptions {
  CampaignOptions campaign;
  Switching switching = Switching::fibers;
  std::size_t jobs = 1;
  bool counts_outcomes = false;   // exit codes are no verdict, but counted
  bool strategies_named = false;  // by the user, rather than the usual ones
  bool explains = true;           // confirms, minimises and tells what was found
  std::size_t width = 100;        // of the timeline
};

// Each target in a process of its own; reports come as they are made.
void run_hunts(const std::vector<const Target*>& chosen, const HuntOptions& options,
               const std::function<void(const HuntReport&)>& report);

// Runs one execution again in this process and tells it.
struct Replay {
  Finding finding;
  std::string story;
  std::string picture;
  std::string last_place;  // of a culprit, or of the last that was told: where to stop a debugger
};
Replay replay(const Target& target, const Token& token, const HuntOptions& options);
// The same, but all that is told is the hash of its trace, in which every step counts.
std::uint64_t replay_trace(const Target& target, const Token& token, const HuntOptions& options, Finding& finding);

}  // namespace contend::hunt
