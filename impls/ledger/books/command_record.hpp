#pragma once

#include <vector>

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// What a key stands for: an owning copy of a command's payload.
class CommandRecord {
 public:
  explicit CommandRecord(const Command& command);

  // The first field in which `command` differs from what was recorded; none: it is the same.
  CommandField first_difference(const Command& command) const;

 private:
  Command command_;  // its key and legs are not used
  std::vector<Leg> legs_;
};

// The answer to a command whose key is known: the recorded one marked as replayed, or a conflict.
Answer replay(const CommandRecord& recorded, const Answer& answer, const Command& command);

}  // namespace contend::ledger
