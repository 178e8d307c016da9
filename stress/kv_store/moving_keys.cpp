// An attack on key/value stores: keys that come and go within a commit, under the eyes of who walks over all keys.

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "stress/driver/attack.hpp"

namespace contend::kv_store {
namespace {

// --- moves: a coin is under one of several names; a transaction takes it away there and puts it elsewhere, so that
// --- every view at one instant has all coins, though none has a name that stays ---

constexpr Sized coins{.full = 4, .small = {1, 2}};
constexpr Sized moves{.full = 300, .small = {2, 6}};
constexpr Sized looks{.full = 300, .small = {2, 4}};
constexpr std::uint64_t names_a_coin = 3;

std::string name_of(std::uint64_t coin, std::uint64_t place) {
  return "coin/" + std::to_string(coin) + "/" + std::to_string(place);
}

struct MoveOutcomes {
  Round& round;
  bool exact_scans;
  Outcomes::Counter& moved = round.required("coins moved", "one key erased and another made as one");
  Outcomes::Counter& scans = round.required("scans", "run while coins moved");
  Outcomes::Counter& torn_scans = round.forbidden_if(exact_scans, "torn scans", "a scan saw a coin nowhere, or twice");
  Outcomes::Counter& torn_sizes =
      round.forbidden_if(exact_scans, "torn sizes", "a size counted a coin never, or twice");
};

// Owned by one thread, so that no commit is in the way of another's.
void move_coin(Store& store, std::uint64_t coin, std::uint64_t& place, std::mt19937_64& random, MoveOutcomes& seen) {
  const std::uint64_t next = (place + 1 + random() % (names_a_coin - 1)) % names_a_coin;
  const auto transaction = store.begin(0);
  transaction->erase(name_of(coin, place));
  transaction->set(name_of(coin, next), "coin", forever);
  if (transaction->commit() != Status::ok) return;
  place = next;
  ++seen.moved;
}

void look_for_coins(Store& store, std::size_t all, MoveOutcomes& seen, bool counts) {
  std::vector<Entry> entries;
  store.scan("coin/", 100, 0, entries);
  ++seen.scans;
  if (entries.size() != all) ++seen.torn_scans;
  if (counts && store.size(0).live != all) ++seen.torn_sizes;
}

void round_of_moves(const Subject<Store>& subject, Round& round) {
  MoveOutcomes seen{round, subject.guarantees.scan == ScanGuarantee::snapshot};
  const bool counts = subject.guarantees.offered.has(Part::size);
  const int movers = round.size(coins);
  const int steps = round.size(moves);
  const int most_looks = round.size(looks);
  const auto store = subject.make({});
  for (int coin = 0; coin < movers; ++coin)
    store->set(name_of(static_cast<std::uint64_t>(coin), 0), "coin", forever, 0);
  round.run_threads(movers + 1, [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    if (thread == movers) {
      for (int i = 0; i < most_looks; ++i) look_for_coins(*store, static_cast<std::size_t>(movers), seen, counts);
      return;
    }
    std::uint64_t place = 0;
    for (int i = 0; i < steps; ++i) {
      move_coin(*store, static_cast<std::uint64_t>(thread), place, random, seen);
      round.count_operation();
    }
  });
}

bool can_move(const Guarantees& guarantees) {
  return guarantees.offered.has({Part::transactions, Part::scan, Part::answer_of_erase});
}
const bool moves_registered =
    register_attack<Store>({"moves", "who walks over all keys sees a commit that makes one and erases another whole",
                            round_of_moves, can_move});

}  // namespace
}  // namespace contend::kv_store
