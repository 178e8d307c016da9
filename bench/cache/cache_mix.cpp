#include "bench/cache/cache_mix.hpp"

#include <algorithm>
#include <utility>

namespace contend::cache {

const Words<Mix>& cache_words() {
  using Is = Words<Mix>;
  static const Words<Mix> words{
      Is::share(Kind::get, 100, "reads a key, and puts what was missing"),
      Is::share(Kind::get_or_load, 0, "reads a key, or loads it, by one caller for all"),
      Is::share(Kind::peek, 0, "reads a key, and leaves it missing"),
      Is::share(Kind::put, 0, "puts a key"),
      Is::share(Kind::erase, 0, "takes a key away"),
      Is::share(Kind::cleanup, 0, "removes up to 64 entries that have expired"),
      Is::share(Kind::size, 0, "counts the entries"),
      Is::count("keys", &Mix::keys, 500'000, {1, 10'000'000}, "keys that are asked for"),
      Is::count("capacity", &Mix::capacity, 50'000, {1, 10'000'000}, "entries that there is room for"),
      Is::exponent("zipf", &Mix::zipf, 0.99, "how popular the popular keys are; 0: all alike"),
      Is::percent("once", &Mix::once, 0, "of the operations are for keys that come a single time, in percent"),
      Is::bytes("value", &Mix::value, 64, {0, max_cache_value_bytes}, "length of a value"),
      Is::duration("ttl", &Mix::ttl, 0, {0, 1'000'000'000'000},
                   "until an entry expires; a caller's clock moves 1us an operation; 0: never"),
      Is::duration("load", &Mix::load, 0, {0, 1'000'000'000}, "time that it takes to load what was missing"),
  };
  return words;
}

bool Mix::asks_only(const OfferedParts<Part>& offered) const {
  constexpr std::pair<Kind, Part> needs[] = {{Kind::get_or_load, Part::get_or_load},
                                             {Kind::erase, Part::erase},
                                             {Kind::cleanup, Part::cleanup},
                                             {Kind::size, Part::counting}};
  return (!expires() || offered.has(Part::expiry)) && std::ranges::all_of(needs, [&](const auto& need) {
           return !shares.has(need.first) || offered.has(need.second);
         });
}

}  // namespace contend::cache
