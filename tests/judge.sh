#!/usr/bin/env bash
# What bench/judge says of files that somebody brings: of one that was just begun, of one that is wrong, of a library in C, of what
# is no file of the kind. A quick card each; the programs are those that the other steps of the check have built.
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
    'wrong_map is wrong, as attacks, hunt show' -- kv_store "$root/tests/guests/wrong_map.hpp" --quick
}
library_in_c_passes() {
  "${CC:-gcc}" -shared -fPIC -O2 -I "$root" "$root/tests/guests/map.c" -o "$scratch/libc_map.so" || fail "it does not compile"
  judged 0 '^  rules +ok' '^  attacks +ok' '^  hunt +not run' 'Nothing wrong was found in c_map' -- kv_store libc_map.so --quick
}
limiter_in_doubles_passes() {
  judged 0 '^  rules +ok' '^  answers as the model +ok +1 tests' '^  attacks +ok +quota' '^  hunt +ok' 'no retry after' -- \
    rate_limiter "$root/tests/guests/limiter_in_doubles.hpp" --quick
}
# One that lets time go back gives more.
minting_limiter_is_caught() {
  sed 's/LimiterInDoubles/MintingLimiter/g; s/bucket.updated = std::max(.*/bucket.updated = now_seconds;/' \
    "$root/tests/guests/limiter_in_doubles.hpp" >"$scratch/minting_limiter.hpp"
  judged 1 '^  rules +failed +TimeThatGoesBackMintsNothing' '^  attacks +failed +quota' -- rate_limiter minting_limiter.hpp --quick
}
whole_interface_passes() {
  judged 0 "is written" -- --new ledger my_ledger
  judged 0 '^  rules +ok +[0-9]+ tests *$' '^  answers as the model +ok' '^  memory runs out +ok' '^  attacks +ok' '^  hunt +ok' -- \
    ledger my_ledger.hpp --quick
}
what_cannot_be_judged() {
  judged 2 "did you mean 'kv_store'" -- kv_stor "$root/tests/guests/my_map.hpp"
  judged 2 "There is no file 'none.hpp'" -- kv_store none.hpp
  judged 2 "did you mean 'striped'" -- kv_store "$root/tests/guests/my_map.hpp" --against stripd
  printf 'class One {};\nclass Two {};\n' >"$scratch/several.hpp"
  judged 2 "Name it with --class" "One Two" -- kv_store several.hpp
  printf '#include <string>\nclass HalfMap { public: void set(std::string, std::string); };\n' >"$scratch/half_map.hpp"
  judged 2 "get, set or erase is missing" "offers get" -- kv_store half_map.hpp
  printf 'class Typo { int }\n' >"$scratch/typo.hpp"
  judged 2 "typo.hpp:1" "does not compile" -- kv_store typo.hpp
  gcc -shared -x c /dev/null -o "$scratch/empty.so"
  judged 2 "has no function contend_kv_store_create" -- kv_store empty.so
}

cases=(new_file_passes wrong_map_is_caught library_in_c_passes limiter_in_doubles_passes minting_limiter_is_caught whole_interface_passes
  what_cannot_be_judged)
for case in "${@:-${cases[@]}}"; do
  "$case"
  echo "$case: ok"
done
