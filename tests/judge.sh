#!/usr/bin/env bash
# What bench/judge says of files that somebody brings: of one that was just begun, of one that is wrong, of a library in C, of what
# is no file of the kind. A quick card each, most without speed; the programs are those that the other steps of the check have built.
#
#   tests/judge.sh [CASE...]
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# judged CODE PATTERN... -- ARGUMENT...: must end with that code, and the card have a line for each pattern.
judged() {
  local code=$1 said status=0 patterns=() pattern
  shift
  while [ "$1" != -- ]; do
    patterns+=("$1")
    shift
  done
  shift
  said=$(cd "$scratch" && "$root/bench/judge" "$@" 2>&1 </dev/null) || status=$?
  # What the card breaks over several lines is one again.
  said=$(awk 'substr($0, 1, 35) ~ /^ +$/ { sub(/^ +/, " "); printf "%s", $0; next } { printf "%s%s", (NR > 1 ? "\n" : ""), $0 } END { print "" }' <<<"$said")
  [ "$status" -eq "$code" ] || fail "'bench/judge $*' ended with $status instead of $code and said: $said"
  for pattern in "${patterns[@]}"; do
    grep -qE -- "$pattern" <<<"$said" || fail "'bench/judge $*' does not say '$pattern' but: $said"
  done
}

new_file_passes() {
  judged 0 "my_first.hpp is written" -- --new kv_store my_first
  judged 2 "There is a file" -- --new kv_store my_first
  judged 0 '^  rules +ok' '^  answers as the model +ok' '^  memory runs out +ok' '^  attacks +ok' '^  hunt +ok' '^  speed +ok' \
    'It has no .*scan' 'Nothing wrong was found in my_first' -- kv_store my_first.hpp --quick
}
wrong_map_is_caught() {
  judged 1 '^  rules +ok' '^  attacks +failed +point_operations' 'erase\(key' '^  hunt +failed +point_operations: verdict' 'is stopped here' \
    'wrong_map is wrong, as attacks, hunt show' -- kv_store "$root/tests/guests/wrong_map.hpp" --quick --no-speed
}
# What hangs is told so within seconds, and is not measured; what it keeps when it is gone leaks.
hanging_and_leaking_map_is_caught() {
  sed 's/MyMap/StuckMap/g; s/  std::array<Shard, 16> shards_;/  std::mutex all_;\n&/; s/shard.map.insert_or_assign.*/new std::string(value);\n    &/
    /void set/,/^  }/s/std::unique_lock lock.*/&\n    std::lock_guard all(all_);/
    /bool erase/,/^  }/s/std::unique_lock lock.*/std::lock_guard all(all_);\n    &/' "$root/tests/guests/my_map.hpp" >"$scratch/stuck_map.hpp"
  judged 1 '^  leaks +failed +not so: what goes leaves nothing' '^  attacks +failed +hangs under point_operations' '^  hunt +failed' \
    '^  speed +not run +it hangs' -- kv_store stuck_map.hpp --quick
}
# A template in a namespace, made of what no constructor of the usual kind takes, with a get that throws and a main of its own.
unusual_map_passes() {
  cat >"$scratch/unusual.cpp" <<'TEXT'
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
namespace shop {
struct Statistics { int gets = 0; };
namespace detail {
/* class Old { */
template <class Key, class Value, class Compare = std::less<Key>>
class Shelf final {
 public:
  Shelf(int rooms, std::string label) : rooms_(rooms), label_(label) {}
  Value lookup(const Key& key) {
    std::lock_guard lock(mutex_);
    return things_.at(key);
  }
  void upsert(const Key& key, const Value& value) {
    std::lock_guard lock(mutex_);
    things_.insert_or_assign(key, value);
  }
  bool del(const Key& key) {
    std::lock_guard lock(mutex_);
    return things_.erase(key) == 1;
  }

 private:
  int rooms_;
  std::string label_;
  std::mutex mutex_;
  std::map<Key, Value, Compare> things_;
};
}  // namespace detail
}
int main() { std::cout << "no program of ours\n"; }
TEXT
  judged 0 'Judged as shop::detail::Shelf<std::string, std::string>' '^  rules +ok' '^  attacks +ok' '^  hunt +ok' -- \
    kv_store unusual.cpp --make 'shop::detail::Shelf<std::string, std::string>(3, "left, upper")' --quick --no-speed
}
cache_passes() {
  judged 0 '^  rules +ok' '^  answers as the model +ok' '^  leaks +ok' '^  attacks +ok +values' '^  hunt +ok' '^  speed +ok' 'no .*expiry' -- \
    cache "$root/tests/guests/lru_cache.hpp" --quick
}
# One that makes no room for keys of seven bytes and more.
swelling_cache_is_caught() {
  sed 's/LruCache/SwellingCache/g; s/if (index_.size() == capacity_)/if (index_.size() == capacity_ \&\& key.size() < 7)/' \
    "$root/tests/guests/lru_cache.hpp" >"$scratch/swelling_cache.hpp"
  judged 1 '^  rules +failed +not so: no more is held than there is room' -- cache swelling_cache.hpp --quick --no-speed
}
library_in_c_passes() {
  local kind system
  for kind in map:kv_store cache:cache limiter:rate_limiter; do
    system=${kind#*:} kind=${kind%:*}
    "${CC:-gcc}" -shared -fPIC -O2 -I "$root" "$root/tests/guests/$kind.c" -o "$scratch/libc_$kind.so" || fail "$kind.c does not compile"
    judged 0 '^  rules +ok' '^  attacks +ok' '^  hunt +not run +it cannot see inside' "Nothing wrong was found in c_$kind" -- \
      "$system" "libc_$kind.so" --quick --no-speed
  done
}
library_in_rust_passes() {
  if ! command -v rustc >/dev/null; then
    echo "There is no rustc here: a library in Rust is not tried."
    return
  fi
  rustc -O -C panic=abort --crate-type cdylib "$root/tests/guests/map.rs" -o "$scratch/librust_map.so" || fail "map.rs does not compile"
  judged 0 '^  rules +ok +4 tests' '^  attacks +ok' 'Nothing wrong was found in rust_map' -- kv_store librust_map.so --quick --no-speed
}
limiter_in_doubles_passes() {
  judged 0 '^  rules +ok' '^  answers as the model +ok +1 test' '^  attacks +ok +quota' '^  hunt +ok' 'no retry after' -- \
    rate_limiter "$root/tests/guests/limiter_in_doubles.hpp" --quick --no-speed
}
# One that reads the machine's clock, and is made of the rate before the capacity.
limiter_with_a_clock_passes() {
  sed 's/LimiterInDoubles/ClockLimiter/g; s/(double capacity, double tokens_per_second)/(double tokens_per_second, double capacity)/
    s/#include <mutex>/#include <chrono>\n&/; s/bool allow(.*/bool try_acquire(const std::string\& key, int tokens) {/
    s/    const std::lock_guard lock(mutex_);/&\n    const double now_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();/' \
    "$root/tests/guests/limiter_in_doubles.hpp" >"$scratch/clock_limiter.hpp"
  judged 0 '^  rules +ok' '^  answers as the model +ok +1 test' '^  attacks +ok +quota' 'no .*times' -- \
    rate_limiter clock_limiter.hpp --quick --no-speed
}
# One that lets time go back gives more.
minting_limiter_is_caught() {
  sed 's/LimiterInDoubles/MintingLimiter/g; s/bucket.updated = std::max(.*/bucket.updated = now_seconds;/' \
    "$root/tests/guests/limiter_in_doubles.hpp" >"$scratch/minting_limiter.hpp"
  judged 1 '^  rules +failed +not so: time that goes back mints' '^  attacks +failed +quota' -- \
    rate_limiter minting_limiter.hpp --quick --no-speed
}
whole_interface_passes() {
  judged 0 "is written" -- --new ledger my_ledger
  judged 0 '^  rules +ok +[0-9]+ tests *$' '^  answers as the model +ok' '^  memory runs out +ok' '^  attacks +ok' '^  hunt +ok' -- \
    ledger my_ledger.hpp --quick --no-speed
}
what_cannot_be_judged() {
  judged 2 "did you mean 'kv_store'" -- kv_stor "$root/tests/guests/my_map.hpp"
  judged 2 "There is no file 'none.hpp'" -- kv_store none.hpp
  judged 2 "did you mean 'striped'" -- kv_store "$root/tests/guests/my_map.hpp" --against stripd
  printf 'class One {};\nclass Two {};\n' >"$scratch/several.hpp"
  judged 2 "Name it with --class" "One, Two" -- kv_store several.hpp
  printf '#include <string>\nclass HalfMap { public: void set(std::string, std::string); };\n' >"$scratch/half_map.hpp"
  judged 2 "has no get that" "has no erase that" "offers get" -- kv_store half_map.hpp
  printf 'class Typo { int }\n' >"$scratch/typo.hpp"
  judged 2 "typo.hpp:1" "does not compile" -- kv_store typo.hpp
  # A class whose get answers a text, also where there is none, and one that cannot be made.
  printf '#include <map>\n#include <string>\nclass Empty {\n public:\n  std::string get(std::string key) { return map_[key]; }\n' >"$scratch/empty.hpp"
  printf '  void set(std::string k, std::string v) { map_[k] = v; }\n  void erase(std::string k) { map_.erase(k); }\n' >>"$scratch/empty.hpp"
  printf '  std::map<std::string, std::string> map_;\n};\n' >>"$scratch/empty.hpp"
  judged 2 "it must throw there, or answer an optional" -- kv_store empty.hpp
  sed 's/ public:/ public:\n  explicit Empty(std::string name) {}/' "$scratch/empty.hpp" >"$scratch/named.hpp"
  judged 2 "compiles, but cannot be judged" "say with --make how it is made" -- kv_store named.hpp
  judged 2 "Which class" -- kv_store "$root/tests/judge.sh"
  gcc -shared -x c /dev/null -o "$scratch/empty.so"
  judged 2 "has no function contend_kv_store_create" -- kv_store empty.so
}

cases=(new_file_passes wrong_map_is_caught hanging_and_leaking_map_is_caught unusual_map_passes cache_passes swelling_cache_is_caught
  library_in_c_passes library_in_rust_passes limiter_in_doubles_passes limiter_with_a_clock_passes minting_limiter_is_caught
  whole_interface_passes what_cannot_be_judged)
for case in "${@:-${cases[@]}}"; do
  "$case"
  echo "$case: ok"
done
