#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// The calls that change a ledger as bytes, for a log: what has to be made again, in order, to get the same ledger.

// The policies that a log was begun under. Replaying it under others would give other answers.
struct LoggedPolicies {
  FailurePolicy failures = FailurePolicy::final;
  CatchUp catch_up = CatchUp::every;
};

struct LoggedRun {
  TimeNs now_ns = 0;
  std::uint64_t budget = 0;
};

// One call as read back. `command` points into the record and into `legs`.
struct LoggedCall {
  enum class Kind : std::uint8_t { policies = 1, command = 2, run_due = 3 } kind = Kind::command;
  LoggedPolicies policies;
  LoggedRun run;
  TimeNs now_ns = 0;  // of a command
  Command command;
  std::vector<Leg> legs;
};

// Each replaces `record`, whose memory is used again.
void encode(const LoggedPolicies& policies, std::string& record);
void encode(const LoggedRun& run, std::string& record);
void encode(const Command& command, TimeNs now_ns, std::string& record);

// Throws std::runtime_error for bytes that no encode has made. `call` points into `record`.
void decode(std::string_view record, LoggedCall& call);

}  // namespace contend::ledger
