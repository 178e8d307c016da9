#pragma once

#include "bench/sittings/selection.hpp"

namespace contend {

// Where --workload is a text such as `kv_store:get=80,set=20`, puts the name of its workload in its place, and the system
// where none was asked for. Throws std::invalid_argument with a sentence where the text does not say what to measure.
void take_asked_workload(Asked& options);

}  // namespace contend
