#pragma once

#include <functional>
#include <memory>

#include "bench/engine/trial.hpp"

namespace contend {

// A trial in this process: fills a subject, runs its workers for the time, counts and validates. run_trial calls it in
// a child.
TrialResult run_here(const PrepareSubject& prepare, const TrialOptions& options, const PrepareSubject& reference);

}  // namespace contend
