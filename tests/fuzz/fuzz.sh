# tests/run --fuzz: looks for bytes that break a rule of a target, by libFuzzer. Sourced by tests/run after setup.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154  # setup.sh declares the names

# Each target has a folder of the bytes that it begins with.
fuzz_names() { ls "$root/tests/fuzz/corpus"; }

# fuzz_one NAME SECONDS: one line of what came of it. What was found interesting is kept for the next time; finds lie beside it.
fuzz_one() {
  local name=$1 seconds=$2 folder=$root/build/fuzz/work/$1 status=0 inputs find
  mkdir -p "$folder/corpus" "$folder/finds"
  "$root/build/fuzz/contend_fuzz" "--target=$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$folder/finds/" "$folder/corpus" "$root/tests/fuzz/corpus/$name" >"$folder/log" 2>&1 || status=$?
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log")
  if [ "$status" -eq 0 ]; then
    echo "$name: ${inputs:-0} inputs, nothing found"
    return
  fi
  find=$(sed -n 's/.*Test unit written to //p' "$folder/log" | tail -n 1)
  echo "$name: FOUND after ${inputs:-?} inputs: $(grep -m 1 -E "^$name: |ERROR: |runtime error: " "$folder/log" || echo "see $folder/log")"
  echo "  repeat with: build/fuzz/contend_fuzz --target=$name ${find#"$root/"}"
  return 1
}

# fuzz MINUTES [NAME...]: all of them if none is named.
fuzz() {
  local seconds names known name result=0 each
  seconds=$(awk -v minutes="$1" 'BEGIN { if (minutes !~ /^[0-9]+([.][0-9]+)?$/ || minutes * 60 < 1) exit 1; printf "%d", minutes * 60 }') ||
    fail "$exit_usage" "--minutes needs a number, such as 1 or 0.5."
  shift
  known=$(fuzz_names)
  names=("$@")
  for name in "${names[@]}"; do
    grep -qxF -- "$name" <<<"$known" || fail "$exit_usage" "No target is called '$name'. There are: ${known//$'\n'/, }."
  done
  [ ${#names[@]} -gt 0 ] || mapfile -t names <<<"$known"
  build fuzz contend_fuzz
  each=$(((${#names[@]} + $(nproc) - 1) / $(nproc)))
  say "Fuzzing ${#names[@]} targets, $(nproc) at a time, for $seconds s each: done in $((each * seconds / 60)) min $((each * seconds % 60)) s."
  export -f fuzz_one
  export root
  printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'fuzz_one "$@"' - '{}' "$seconds" || result=1
  return "$result"
}
