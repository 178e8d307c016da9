#include "bench/kv_store/store_mix.hpp"

namespace contend::kv_store {

const Words<Mix>& store_words() {
  using Is = Words<Mix>;
  static const Words<Mix> words{
      Is::share(Kind::get, 95, "reads a key"),
      Is::share(Kind::set, 5, "writes a key"),
      Is::share(Kind::insert, 0,
                "put_if_absent of a new key; a caller makes as many as there are keys, then begins again"),
      Is::share(Kind::put_if_absent, 0, "the same of a key that may be there"),
      Is::share(Kind::compare_and_set, 0, "reads a key and writes it if it has not changed"),
      Is::share(Kind::erase, 0, "takes a key away"),
      Is::share(Kind::scan, 0, "lists a key's folder"),
      Is::share(Kind::transaction, 0, "reads and writes some keys, and commits"),
      Is::share(Kind::transaction_scan, 0, "lists a folder in a transaction, and commits"),
      Is::share(Kind::transaction_erase, 0, "takes a key away in a transaction, and commits"),
      Is::share(Kind::snapshot, 0, "takes a snapshot of the store, and reads a key in it"),
      Is::share(Kind::snapshot_scan, 0, "takes a snapshot, and lists a folder in it"),
      Is::share(Kind::expire, 0, "removes up to 64 keys that have expired"),
      Is::share(Kind::size, 0, "counts the keys"),
      Is::count("keys", &Mix::keys, 100'000, {1, 10'000'000}, "keys that are there at the start"),
      Is::count("hot", &Mix::hot, 0, {0, 10'000'000}, "only so many of them are asked for; 0: all"),
      Is::exponent("zipf", &Mix::zipf, 0.99, "how popular the popular keys are; 0: all alike"),
      Is::choice("popular", &Mix::popular, Popular::fixed, "whether gets like the same keys or those inserted last"),
      Is::percent("miss", &Mix::miss, 0, "of the gets ask for what is never there, in percent"),
      Is::bytes("value", &Mix::value, 64, {0, max_value_bytes}, "length of a value; 0: as the file named by the key"),
      Is::duration("ttl", &Mix::ttl, 0, {0, 1'000'000'000'000},
                   "until what is written expires; a caller's clock moves 1us an operation; 0: never"),
      Is::percent("expiring", &Mix::expiring, 100, "of the writes have that ttl, in percent"),
      Is::count("scan_entries", &Mix::scan_entries, 20, {1, 100'000}, "entries that a list asks for"),
      Is::count("reads", &Mix::reads, 1, {0, 16}, "keys that a transaction reads"),
      Is::count("writes", &Mix::writes, 1, {0, 16}, "keys that a transaction writes"),
      Is::percent("rollback", &Mix::rollback, 0, "of the transactions are rolled back, in percent"),
  };
  return words;
}

bool Mix::asks_only(const OfferedParts<Part>& offered) const {
  constexpr std::pair<Kind, Part> needs[] = {{Kind::insert, Part::put_if_absent},
                                             {Kind::put_if_absent, Part::put_if_absent},
                                             {Kind::compare_and_set, Part::compare_and_set},
                                             {Kind::scan, Part::scan},
                                             {Kind::transaction, Part::transactions},
                                             {Kind::transaction_scan, Part::transactions},
                                             {Kind::transaction_erase, Part::transactions},
                                             {Kind::snapshot, Part::snapshots},
                                             {Kind::snapshot_scan, Part::snapshots},
                                             {Kind::expire, Part::expire},
                                             {Kind::size, Part::size}};
  return (!expires() || offered.has(Part::expiry)) && std::ranges::all_of(needs, [&](const auto& need) {
           return !shares.has(need.first) || offered.has(need.second);
         });
}

}  // namespace contend::kv_store
