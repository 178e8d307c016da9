#pragma once

#include <nlohmann/json_fwd.hpp>

namespace contend {

// What a machine has beside its processor, as far as its files tell: memory in GiB, NUMA nodes, whether cores are shared by
// threads (SMT), whether it is somebody's guest, and how its clock is governed. Names no person and no address.
nlohmann::json machine_json();

// Versions of the libraries that designs stand on, as they are loaded: two sets that differ here may differ for that.
nlohmann::json libraries_json();

}  // namespace contend
