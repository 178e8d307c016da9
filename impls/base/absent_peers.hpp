#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace contend {

// What stands in bench/peers/ and not in this program.
struct AbsentPeer {
  std::string_view name;  // "kv_store/cuckoo_map"
  std::string_view why;   // "it needs the package libcuckoo-dev"
};
std::span<const AbsentPeer> absent_peers();

// As a list of programs shows them: those of the systems and names in `what`, or all.
std::string absent_list(const std::vector<std::string>& what);

// "kv_store/cuckoo_map is absent from this build: it needs ..."; nothing for any other name.
std::string told_absent(std::string_view name);

}  // namespace contend
