#pragma once

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// What can be said of a command by looking at it alone: invalid_field for a kind that there is not, or a field that is
// set and its kind has no use for; invalid_chain for too many legs.
Answer check_shape(const Command& command);

// Whether a key may stand for the command: not for one without a bound, or of no kind.
bool is_recordable(const Command& command);

}  // namespace contend::ledger
