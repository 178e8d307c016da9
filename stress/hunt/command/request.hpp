#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "stress/hunt/command/hunts.hpp"

namespace contend::hunt {

// What is asked for on the command line.
struct Request {
  std::string what;
  std::string attack;
  std::vector<std::string> strategies;
  double seconds = 1;
  std::uint64_t schedules = 0;
  std::uint64_t seed = 1;
  int jobs = 0;
  std::string shard;
  std::string token;
  std::string json_file;
  std::string svg_file;
  int campaigns = 0;
  bool broken = false;
  Liberties may;
  Watched watched;
  bool failing_allocations = false;
  bool exhaustive = false;
  bool pthreads = false;
  bool outcomes = false;
  bool trace = false;
  bool list = false;
};

void describe(CLI::App& app, Request& request);
// `known_strategies` is false when one of the names is none; it has been said which.
HuntOptions options_of(const Request& request, bool& known_strategies);
// The targets that are meant, of this shard.
std::vector<const Target*> choose(const std::vector<Target>& all, const Request& request);

}  // namespace contend::hunt
