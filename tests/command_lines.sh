#!/usr/bin/env bash
# What the programs say and answer when they are asked for something that cannot be done, or are stopped.
#
#   tests/command_lines.sh FOLDER CASE     FOLDER holds the programs
#   tests/command_lines.sh --list
set -uo pipefail

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# answers CODE TEXT COMMAND...: the command must end with that code (or one of several: "0|3") and say that text, on
# whichever stream. What measures may end with 3 here, for other tests keep the machine busy.
answers() {
  local code=$1 text=$2 said status=0
  shift 2
  said=$("$@" 2>&1 </dev/null) || status=$?
  [[ $status =~ ^($code)$ ]] || fail "'$*' ended with $status instead of $code and said: $said"
  grep -qF -- "$text" <<<"$said" || fail "'$*' does not say '$text' but: $said"
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/support/names.sh
source "$root/tests/support/names.sh"

short=(--rounds 1 --trial-ms 20 --budget 1s --threads 1)

unknown_system() {
  answers 2 "did you mean 'kv_store'" "$bench" kv_stor
  answers 2 "did you mean 'ledger'" "$stress" legder
}
help() {
  answers 0 "--trace" "$bench" --help  # our own, not that of Google Benchmark
  answers 0 "--attack" "$stress" --help
}
unknown_implementation() {
  answers 2 "did you mean 'kv_store/striped'" "$bench" kv_store/stripd
  answers 2 "did you mean 'ledger/wait_die'" "$stress" ledger/wait_dye
}
# Two cores: 1, 2 and one number that oversubscribes them. A core alone: 1 and 2; and as many as are asked for, up to 16.
thread_counts() {
  command -v taskset >/dev/null || return 0
  answers 0 "kv_store/read_heavy/threads:2" taskset -c 0 "$bench" kv_store --workload read_heavy --dry-run
  ! taskset -c 0 "$bench" kv_store --workload read_heavy --dry-run | grep -m 1 threads:4 || fail "One core is given four threads."
  answers 0 "kv_store/read_heavy/threads:16" taskset -c 0 "$bench" kv_store --workload read_heavy --threads 16 --dry-run
  answers 2 "--threads" taskset -c 0 "$bench" kv_store --workload read_heavy --threads 17 --dry-run
}
rates() {
  answers "0|3" "At 20k/s, the same for all" "$bench" kv_store/striped --workload get=19,set=1,keys=500 --rate 20k/s --rounds 1 --trial-ms 20 \
    --sittings 1 --budget 20s --threads 1 --out "$scratch/rates" --checks "$scratch"
  grep -q '"rate_per_s": 20000' "$scratch/rates/results.json" || fail "The rate is not among the results."
  answers "0|3" "At 20k/s, the same for all" "$bench" --merge "$scratch/rates/results.json" --out "$scratch/rates_again"
}
# Peers take part where somebody asks for them, and are marked wherever they are named.
peers() {
  local read=(--workload "get=100,keys=500" --threads 1)
  answers 0 "kv_store/mutex_shards/get=100" "$bench" kv_store --peers "${read[@]}" --benchmark_list_tests
  answers 0 "kv_store/mutex_shards/get=100" "$bench" kv_store/mutex_shards "${read[@]}" --benchmark_list_tests
  ! "$bench" kv_store "${read[@]}" --benchmark_list_tests | grep -m 1 mutex_shards || fail "A peer is measured that nobody has asked for."
  answers 2 "matches nothing" "$bench" kv_store/mutex_shards --workload scan_heavy --dry-run
  answers 0 "peer, hand-written; not offered: expire, versions" "$bench" --list kv_store/mutex_shards
  answers "0|3" "* peers, not designs: mutex_shards (hand-written)" "$bench" kv_store/mutex_shards "${read[@]}" "${short[@]}" \
    --out "$scratch/peers" --checks "$scratch"
  grep -q '"peer": "hand-written"' "$scratch/peers/results.json" || fail "the results do not say that it is a peer"
  ! grep -q '"name": "flat_shards"' "$scratch/peers/results.json" || fail "the results hold a peer that was not measured"
}
unknown_workload() { answers 2 "did you mean 'read_heavy'" "$bench" --workload read_havy; }
# A workload of one's own is measured under its canonical text, or the name that stands for the same.
workload_of_words() {
  answers 0 "kv_store/get=80,set=20,keys=2M/threads:2" "$bench" --threads 2 --workload "kv_store:keys=2000k,set=2,get=8" --dry-run
  answers 0 "kv_store/read_heavy/threads:2" "$bench" kv_store --threads 2 --workload "set=1,get=19" --dry-run
  answers 0 "kv_store/keys=50k,miss=5,value=1000/threads:2" "$bench" kv_store --threads 2 --workload "ycsb_b,miss=5" --dry-run
  answers 0 "  get=50,set=50" "$bench" --list
  answers 2 "did you mean 'get'" "$bench" --workload kv_store:gets=1
  answers 2 "did you mean 'ycsb_a'" "$bench" --workload kv_store:ycsb_aa,keys=5
  answers 2 "did you mean 'kv_store'" "$bench" --workload kv_stor:get=1
  answers 2 "out of bounds: 1 to 10M" "$bench" --workload kv_store:keys=11M
  answers 2 "may take here" "$bench" --workload kv_store:keys=10M,value=1M
  answers 2 "does not say of which system" "$bench" --workload get=1
  answers 2 "is for kv_store alone" "$bench" ledger --workload kv_store:get=1
  answers "0|3" "Results:" "$bench" kv_store/striped --workload get=80,insert=20,keys=500 "${short[@]}" --out "$scratch/words" --checks "$scratch"
  grep -q '"text": "kv_store:get=80,insert=20,keys=500"' "$scratch/words/results.json" || fail "the results do not hold the text"
}
unknown_attack() { answers 2 "did you mean 'storm'" "$stress" --attack strom; }
impossible_flags() {
  answers 2 "--threads" "$bench" --threads 0
  answers 2 "--threads" "$bench" --threads many
  answers 2 "--threads" "$bench" --threads 100000
  answers 2 "'50' is no rate" "$bench" kv_store --rate 50%,50
  answers 2 "goes with --rate" "$bench" kv_store --keep "p99<1ms"
  answers 2 "p50, p99 and p99.9 alone" "$bench" kv_store --rate sweep --keep "memory<1k"
  answers 2 "is not a time" "$bench" --budget soon
  answers 2 "did you mean 'p99'" "$bench" kv_store --pick "p9<1ms"
  answers 2 "is for cache or kv_store alone" "$bench" ledger --trace "$scratch/none.csv"
  answers 2 "name one of them" "$bench" --trace "$scratch/none.csv"
  answers 2 "leave --workload out" "$bench" cache --workload tenth --trace "$scratch/none.csv"
  answers 2 "--seconds" "$stress" --seconds -1
  answers 2 "--nonsense" "$bench" --nonsense
  answers 2 "--nonsense" "$stress" --nonsense
  answers 2 "add --broken" "$stress" ledger/striped --survival 2
  answers 2 "did you mean 'ledger'" "$stress" legder --survival 2
}
# A design is asked for without its system, or of another's; and what is broken on purpose is not there by accident.
names_across_systems() {
  answers 2 "'cache/sieve'" "$bench" sieve
  answers 2 "'ledger/striped' or 'rate_limiter/striped'" "$bench" striped
  answers 2 "'cache/sieve'" "$bench" kv_store/sieve
  answers 2 "did you mean 'ledger/wait_die'" "$stress" wait_dye
  answers 2 "is broken on purpose: add --broken" "$stress" kv_store/dirty_read
  answers 2 "is broken on purpose: add --broken" "$stress" dirty_read
  answers 2 "leave --broken out" "$stress" kv_store/striped --broken
  answers 2 "kv_store has no workload 'tenth', which belongs to cache" "$bench" kv_store --workload tenth
  answers 2 "kv_store has no attack 'storm', which belongs to ledger" "$stress" kv_store --attack storm
  answers 2 "did you mean 'instants'" "$stress" kv_store --attack instant
}
options_without_value() {
  answers 2 "--workload: 1 required" "$bench" --dry-run kv_store --workload
  answers 2 "--workload needs a name before --threads" "$bench" kv_store --workload --threads 2
  answers 2 "--attack needs a name before --seconds" "$stress" kv_store --attack --seconds 1
  answers 2 "--json goes with --list" "$bench" --json
  answers 2 "--json goes with --list" "$stress" --json
}
# A file that was named wrongly is a mistake in what was asked for.
files_that_cannot_be_read() {
  local option
  for option in --arrivals --graph --input --site; do
    answers 2 "$scratch/none" "$bench" "$option" "$scratch/none" "${short[@]}" --out "$scratch"
  done
  answers 2 "$scratch/none" "$bench" kv_store --trace "$scratch/none" "${short[@]}" --out "$scratch"
  answers 2 "$scratch/none" "$bench" cache --trace "$scratch/none" "${short[@]}" --out "$scratch"
  answers 2 "is for cache or kv_store alone" "$bench" --trace "$scratch/none"
}
# lists NAME COMMAND...: a list that holds the name, nothing of the crawler, and no line that a terminal would break, but for the text
# of a workload, which is one word to be copied.
lists() {
  local name=$1
  shift
  answers 0 "$name" "$@"
  "$@" >"$scratch/list.txt"
  ! grep -m 1 '^crawler' "$scratch/list.txt" >&2 || fail "'$*' lists what was not asked for."
  ! grep -vxE ' *[a-z_]+:[^ ]+' "$scratch/list.txt" | grep -m 1 -E '.{81}' >&2 || fail "'$*' prints a line of more than 80 columns."
}
lists_fit_and_are_of_what_is_named() {
  lists kv_store/striped "$bench" --list kv_store cache/sieve
  lists "cache workload tenth" "$bench" --list kv_store cache/sieve
  answers 0 '"kv_store"' "$bench" --list --json kv_store
  ! "$bench" --list --json kv_store | grep -m 1 crawler || fail "The list of one system has another."
  lists "ledger attack storm" "$stress" --list kv_store ledger
  lists "cache/two_loaders" "$stress" --list --broken kv_store cache/two_loaders
  ! "$bench" --list kv_store/striped | grep -m 1 'kv_store/reference' || fail "The list of one design has another."
}
several_systems_are_attacked() {
  answers 0 "2 of 2 attacks run" "$stress" kv_store/striped log_parser/reference --attack instants --seconds 0.05 --threads 2
}
# The broken ones, of which every one must be caught: by an answer, and by a deadlock.
kill_table() {
  answers 0 "2 of 2 broken implementations caught" "$stress" kv_store/dirty_read ledger/unsorted_locks --broken
  grep -qE '^ledger/unsorted_locks +storm +deadlock ' <("$stress" ledger/unsorted_locks --broken) || fail "The deadlock is not called one."
  answers 1 "MISSED" "$stress" kv_store/dirty_read --broken --attack point_operations --seconds 0.01
  answers 0 '"caught_by": "violation"' "$stress" kv_store/dirty_read --broken --json
  answers 0 "1 of 1 runs hung" "$stress" ledger/unsorted_locks --broken --survival 1
  answers 1 "0 of 1 runs hung" "$stress" kv_store/dirty_read --broken --attack point_operations --survival 1 --seconds 0.01
}
filter_without_match() {
  answers 2 "matches nothing" "$bench" --benchmark_filter=nothing_like_this --out "$scratch"
  answers 2 "not a regular expression" "$bench" '--benchmark_filter=(' --out "$scratch"
}
# What of Google Benchmark's flags means something for trials does it; the rest is refused, and not passed over.
benchmark_flags() {
  answers 0 "kv_store/striped/read_only/threads:2" "$bench" kv_store --benchmark_list_tests=true
  answers 0 "kv_store/read_only/threads:2" "$bench" --threads 2 --benchmark_context=who=me kv_store --dry-run
  answers 2 "matches nothing" "$bench" kv_store --benchmark_list_tests --benchmark_filter=-kv_store
  answers 2 "matches nothing" env BENCHMARK_FILTER=nothing_like_this "$bench" --dry-run
  answers 2 "--sittings" "$bench" --benchmark_repetitions=0
  answers 2 "--trial-ms" "$bench" --benchmark_min_time=1
  answers 2 "always shuffled" "$bench" --benchmark_enable_random_interleaving=true
  answers 2 "csv" "$bench" --benchmark_format=csv
  answers 2 "--benchmark_nonsense" "$bench" --benchmark_nonsense
  "$bench" kv_store/striped --workload get=100,keys=500 --benchmark_repetitions=2 --trial-ms 100 --threads 1 --budget 5s \
    --benchmark_format=json --benchmark_out="$scratch/copy.json" --benchmark_context=who=me --out "$scratch/json" --checks "$scratch" \
    >"$scratch/said.json" 2>"$scratch/tables.txt" || [ $? -eq 3 ] || fail "it ended wrong: $(cat "$scratch/tables.txt")"
  cmp "$scratch/said.json" "$scratch/json/results.json" || fail "standard output does not hold the results alone"
  cmp "$scratch/said.json" "$scratch/copy.json" || fail "--benchmark_out does not hold the results"
  grep -qF "$scratch" "$scratch/copy.json" && fail "the results name a folder of this machine"
  grep -q '"who": "me"' "$scratch/copy.json" || fail "--benchmark_context is lost"
  [ "$(grep -c '"name": "kv_store/striped/get=100,keys=500/threads:1"' "$scratch/copy.json")" -eq 2 ] ||
    fail "--benchmark_out does not hold each sitting as a repetition"
  grep -q 'In all sittings' "$scratch/tables.txt" || fail "the tables are lost"
}
blocks() {
  answers 0 "exclusive<Mutex>/real_time/threads:2" "$blocks" --benchmark_list_tests
  answers 0 "get_hit<HashedTable>/128" "$blocks" --benchmark_min_time=0.001 --benchmark_filter='^get_hit'
  local name
  for name in exclusive call read_pin hash_key append_and_wait; do
    answers 0 "$name" "$blocks" --benchmark_min_time=0.001 --benchmark_filter="^$name"
  done
}
results_that_cannot_be_read() {
  answers 2 "cannot read" "$bench" --report "$scratch/none.json"
  echo "{" >"$scratch/half.json"
  answers 2 "is not JSON" "$bench" --report "$scratch/half.json"
  answers 2 "is not JSON" "$bench" "${short[@]}" --deadlocks "$scratch/half.json" --out "$scratch"
}
folder_that_cannot_be_written() { answers 4 "/proc/contend" "$bench" "${short[@]}" --out /proc/contend; }
full_disk() {
  # A limit on the size of files, with its signal ignored, fails a write as a full disk does.
  answers 4 "is the disk full" bash -c 'trap "" XFSZ; ulimit -f 4; exec "$@"' - \
    "$bench" kv_store/striped --workload get=100,keys=500 "${short[@]}" --out "$scratch/full"
}
# interrupted CODE COMMAND...: a signal, SIGINT if none is named by $signal, two seconds after its start, and not before
# there is the file that $awaited names.
interrupted() {
  local code=$1 status=0 i
  shift
  "$@" >"$scratch/said.txt" 2>&1 &
  sleep 2
  for ((i = 0; i < 600; ++i)); do
    [ -z "${awaited:-}" ] || [ -e "$awaited" ] || sleep 0.1
  done
  kill -"${signal:-INT}" $!
  wait $! || status=$?
  [ "$status" -eq "$code" ] || fail "'$*' ended with $status instead of $code: $(cat "$scratch/said.txt")"
}
bench_interrupted() {
  local signal
  for signal in INT TERM HUP; do stopped_bench; done
}
stopped_bench() {
  local awaited=$scratch/cut/sittings/1.json
  rm -rf "$scratch/cut"
  interrupted 130 "$bench" kv_store/striped --threads 2 --budget 5m --trial-ms 20 --rounds 2 --out "$scratch/cut"
  grep -q '"complete": false' "$scratch/cut/results.json" || fail "the results are not marked as incomplete"
  grep -q '"kind": "throughput"' "$scratch/cut/results.json" || fail "no finished trial was kept"
  [ -s "$scratch/cut/report.html" ] || fail "there is no report"
}
stress_interrupted() {
  interrupted 130 "$stress" --seconds 1
  grep -q 'attacks run' "$scratch/said.txt" || fail "it does not say how far it came"
}
# bench/run and stress/run know the names by the tree alone; so the tree must tell the names that the designs register.
names_of_the_tree() {
  same_names "$honest_folders" "$bench" --list
  same_names "$honest_folders" "$stress" --list
  same_names 'stress/broken/*' "$stress" --list --broken
}
same_names() { # same_names FOLDERS COMMAND...
  local folders=$1 differences
  shift
  differences=$(diff <(all_names "$folders" | grep /) <("$@" | grep -xE '[a-z_]+/[a-z0-9_]+' | sort -u)) ||
    fail "The files in $folders (<) and what '$*' names (>) differ: $differences"
}
answers_before_any_build() {
  local tool
  mkdir "$scratch/tools"
  for tool in apt-get cmake ninja; do
    printf '#!/bin/sh\ntouch %s/built\n' "$scratch" >"$scratch/tools/$tool"
    chmod +x "$scratch/tools/$tool"
  done
  PATH=$scratch/tools:$PATH
  answers 2 "did you mean 'kv_store'" "$root/bench/run" --threads 2 kv_stor
  answers 2 "did you mean 'ledger/wait_die'" "$root/stress/run" --sanitizer none ledger/wait_dye
  answers 2 "did you mean 'ledger/unsorted_locks'" "$root/stress/run" ledger/unsorted_loks --broken
  answers 2 "'cache/sieve'" "$root/bench/run" sieve
  answers 2 "'ledger/striped' or 'rate_limiter/striped'" "$root/bench/run" striped
  answers 2 "did you mean 'cache/sieve'" "$root/bench/run" kv_store/sieve
  answers 2 "did you mean 'cache/sieve'" "$root/bench/run" kv_store sieev
  answers 2 "is broken on purpose" "$root/bench/run" kv_store/dirty_read
  answers 2 "is broken on purpose" "$root/stress/run" kv_store/dirty_read
  answers 2 "is not broken" "$root/stress/run" --broken kv_store/striped
  answers 2 "--json goes with --list" "$root/bench/run" --json
  answers 2 "did you mean '--output-on-failure'" "$root/tests/run" --output-on-failur
  answers 2 "tests/run -R 'ledger'" "$root/tests/run" ledger
  answers 2 "--nonsense" "$root/tests/run" -R ledger --nonsense
  answers 2 "-R needs a value" "$root/tests/run" -R
  answers 2 "No target is called 'nonsense'" "$root/tests/run" --fuzz nonsense
  answers 0 "bench/run kv_store" "$root/bench/run" --help
  answers 0 "stress/run ledger" "$root/stress/run" --help
  answers 0 "crawler/event_loop" "$root/bench/run" --list crawler
  answers 0 "ledger/unsorted_locks" "$root/stress/run" --list --broken
  [ ! -e "$scratch/built" ] || fail "Something was built or installed to answer."
}
# Sittings are programs of their own: their files are put together, compared, and refused where they do not fit.
sittings() {
  local run=("$bench" kv_store/striped --workload "get=100,keys=500" --threads 1 --trial-ms 30 --rounds 5 --budget 3m)
  answers "0|3" "2 sittings, 10 rounds" "${run[@]}" --sittings 2 --out "$scratch/one"
  answers "0|3" "2 sittings, 10 rounds" "${run[@]}" --sittings 2 --seed 9 --out "$scratch/two"
  answers "0|3" "4 sittings, 20 rounds" "$bench" --merge "$scratch/one/results.json" "$scratch/two/results.json" --out "$scratch/both"
  answers "0|3" "1 sitting, 5 rounds" "$bench" --merge "$scratch/one/sittings/1.json" --out "$scratch/half"
  grep -q '<title>striped: ' "$scratch/both/report.svg" || fail "the picture does not show the design"
  answers "0|1" "verdicts that turn round" "$bench" --compare "$scratch/one/results.json" "$scratch/two/results.json"
  sed 's/"window_ms": *30/"window_ms": 31/' "$scratch/two/results.json" >"$scratch/other.json"
  answers 2 "must not be mixed" "$bench" --merge "$scratch/one/results.json" "$scratch/other.json" --out "$scratch/both"
  answers 2 "before there were sittings" "$bench" --compare "$root/results/amd-epyc-2-cores/20261127-5f743a2/results.json" "$scratch/one/results.json"
  answers 2 "results.json cannot be used" "$bench" --merge "$root/results/amd-epyc-2-cores/20261127-5f743a2/results.json" --out "$scratch/both"
}
# A budget is kept, from the smallest on: what it takes to start three times, and to judge, is in it.
budget() {
  local began=$SECONDS
  answers "0|3" "Results:" "$bench" kv_store --workload get=100,keys=500 --threads 2 --budget 6s --out "$scratch/short"
  [ $((SECONDS - began)) -le 9 ] || fail "six seconds took $((SECONDS - began))"
}
# Two classes of one name in two systems once made every trial of this system crash where nothing was optimised.
crawler_trial() {
  answers "0|3" "Results:" "$bench" crawler --workload latency --rounds 1 --trial-ms 50 --budget 10s --threads 2 --out "$scratch/crawler"
  [ "$(grep -c '"status": "ok"' "$scratch/crawler/results.json")" -ge "$(all_names 'impls/*/designs' | grep -c '^crawler/')" ] ||
    fail "not every crawler had a trial that was ok"
}
# Transfers of a file are replayed.
transfer_file() {
  printf 'id,from,to,amount\n1,anna,bert,12.50\n2,bert,carl,3\n3,carl,anna,0.07\n' >"$scratch/transfers.csv"
  answers 0 "ledger/transfers/threads:2" "$bench" --threads 2 --ledger "$scratch/transfers.csv" --dry-run
  answers "0|3" "Results:" "$bench" --ledger "$scratch/transfers.csv" "${short[@]}" --out "$scratch/ledger" --checks "$scratch"
  printf 'from,to,amount\nanna,bert,1.234\n' >"$scratch/transfers.csv"
  answers 2 'line 2: the amount is "1.234"' "$bench" --ledger "$scratch/transfers.csv" --dry-run
  printf 'from,to\nanna,bert\n' >"$scratch/transfers.csv"
  answers 2 "no column is called amount" "$bench" --ledger "$scratch/transfers.csv" --dry-run
}
# A trace of operations is replayed; where two systems take one, the system that is named decides.
operation_trace() {
  printf 'a/1,set,100\na/1,get\na/2,erase\nb,get\n' >"$scratch/store.csv"
  answers 0 "kv_store/trace/threads:2" "$bench" kv_store --threads 2 --trace "$scratch/store.csv" --dry-run
  answers "0|3" "Results:" "$bench" kv_store --trace "$scratch/store.csv" "${short[@]}" --out "$scratch/trace" --checks "$scratch"
  printf 'a,get\nb,got\n' >"$scratch/store.csv"
  answers 2 "line 2: \"got\" is neither an operation" "$bench" kv_store --trace "$scratch/store.csv" --dry-run
}
# A log is described before anything is measured, whatever it is, and not amid the JSON.
log_report() {
  printf '2024-03-01 12:00:00 ERROR lost 7\n\tat x\n' >"$scratch/shop.log"
  answers 0 "100.0 % of lines are in events with time and level" "$bench" log_parser --input "$scratch/shop.log" --dry-run
  printf 'nothing that anybody could date\n' >"$scratch/shop.log"
  answers 0 "none that is known" "$bench" log_parser --input "$scratch/shop.log" --dry-run
  answers 2 "cannot be read" "$bench" log_parser --input "$scratch/none.log" --dry-run
  "$bench" log_parser/reference --input "$scratch/shop.log" --benchmark_format=json --out "$scratch" "${short[@]}" \
    >"$scratch/standard_output" 2>/dev/null
  [ "$(head -c 1 "$scratch/standard_output")" = "{" ] || fail "standard output is no JSON"
}
cases=(help peers sittings budget names_of_the_tree answers_before_any_build crawler_trial log_report unknown_system unknown_implementation unknown_workload thread_counts rates unknown_attack names_across_systems options_without_value
  workload_of_words operation_trace transfer_file files_that_cannot_be_read lists_fit_and_are_of_what_is_named several_systems_are_attacked kill_table impossible_flags filter_without_match
  benchmark_flags blocks results_that_cannot_be_read folder_that_cannot_be_written full_disk bench_interrupted stress_interrupted)

if [ "${1:-}" = --list ]; then
  printf '%s\n' "${cases[@]}"
  exit 0
fi
bench=$1/contend_bench
blocks=$1/bench_blocks
stress=$1/contend_stress
# Not through a pipe: grep -q ends at the first match, and who still writes into the pipe then fails.
[[ " ${cases[*]} " == *" ${2:-} "* ]] || fail "No case is called '${2:-}'."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$2"
