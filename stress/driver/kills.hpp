#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "stress/driver/attack.hpp"

namespace contend {

// What gave a broken implementation away.
enum class Killer : std::uint8_t { nobody, verdict, deadlock, hang, sanitizer, crash };
std::string_view to_string(Killer killer);

// How a broken implementation fared.
struct Kill {
  Killer by = Killer::nobody;
  int threads = 0;         // of the attempt that caught it; of the last if none did
  std::uint64_t seed = 0;  // likewise
  double seconds = 0;      // until then, over all attempts
  std::string evidence;    // for people: the report of the attack, the watchdog or the sanitizer
};

// Attacks it in child processes of half a second each, one after the other, with these numbers of threads in turn and
// seeds that grow, until it is caught or the options' duration is over; at least once. The calling process should have
// one thread.
Kill try_to_kill(const StressTarget& target, const AttackOptions& options, const std::vector<int>& threads);

// A row of the kill table, and what stands above it; as wide as a terminal where the names allow it.
std::string kill_table_head(const std::vector<StressTarget>& targets);
std::string kill_table_row(const std::vector<StressTarget>& targets, const StressTarget& target, const Kill& kill);
nlohmann::json kill_json(const StressTarget& target, const Kill& kill);

}  // namespace contend
