# How fast a guest is, beside the reference, the best design known and those that were asked for. Sourced by bench/judge.
# shellcheck shell=bash
# shellcheck disable=SC2154

# The design that the newest committed results hold for the best on the system's first workload; nothing where there is none.
best_known() {
  local newest
  newest=$(find "$root/results" -path "$root/results/local" -prune -o -name results.json -print | sort -t / -k "$(($(tr -cd / <<<"$root" | wc -c) + 4))" | tail -n 1)
  [ -z "$newest" ] || jq -r --arg system "$system" 'first(.x_summary[] | select(.system == $system) | .best) // empty' "$newest"
}

# rows < results.json: workload, threads, unit, scale, name, speed, ratio, its interval, p50, p99, bytes, trouble, verdict of each
# design, and the answer of all, with tabs between.
rows() {
  jq -r '.x_panels[] as $panel | $panel.rows[] |
    [$panel.workload, $panel.threads, $panel.speed_unit, $panel.unit_scale, .implementation, .ops_per_s, .ratio_to_reference, .ratio_low,
     .ratio_high, .p50_ns, .p99_ns, .bytes_per_entry, .trouble, .verdict, $panel.answer] | @tsv'
}

check_speed() {
  local arguments best design options
  if [ -n "$hangs" ]; then
    not_run speed "it hangs"
    return
  fi
  say "Measuring ..."
  best=$(best_known)
  [ -z "$best" ] || [ "$best" = reference ] || against+=("$best")
  arguments=("$system/$name")
  for design in "${against[@]}"; do arguments+=("$system/$design"); done
  workload=${workload:-$("$work/bench" "$system/$name" --benchmark_list_tests 2>/dev/null | head -n 1 | cut -d / -f 3)}
  if [ -z "$workload" ]; then
    not_asked speed "it offers nothing that a workload of this system needs"
    return
  fi
  if [ -n "$quick" ]; then options=(--trial-ms 50 --budget 8s); else options=(--budget 60s); fi
  bounded 300 "$work/bench" "${arguments[@]}" --workload "$workload" --threads "$(($(nproc) > 1 ? 2 : 1))" "${options[@]}" --out "$place"
  cp "$work/said" "$work/bench.txt"
  if [ "$status" -eq 2 ]; then
    "$work/bench" "$system" --workload "$workload" --dry-run >/dev/null 2>&1 || { cat "$work/said" >&2; exit "$exit_usage"; }
    not_asked speed "$workload needs what it does not offer"
    return
  fi
  rows <"$place/results.json" >"$work/rows" || true
  if ! grep -qP "\t$name\t" "$work/rows" || { [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; }; then
    failure speed "a trial of $workload ended wrong" "$(tail -n 12 "$work/said")"
    return
  fi
  if awk -F '\t' -v name="$name" '$5 == name && $6 > 0 { measured = 1 } END { exit measured }' "$work/rows"; then
    not_run speed "the machine was too busy: not one trial of it was whole"
    return
  fi
  tell_speed
}

tell_speed() {
  local mine
  mine=$(awk -F '\t' -v name="$name" '$5 == name {
    printf "%.3g %s, %.2f times the reference (%s)", $6 / $4, $3, $7, $15 ~ /too busy/ ? "the machine was too busy for a verdict" : $14
    exit
  }' "$work/rows")
  passed speed "$mine"
  passed "response time" "$(awk -F '\t' -v name="$name" '$5 == name { print "p50 " int($10) " ns, p99 " ($11 > 0 ? int($11) " ns" : "of too few samples"); exit }' "$work/rows")"
  passed memory "$(awk -F '\t' -v name="$name" '$5 == name { print ($12 > 0 ? int($12) " bytes an entry" : "not counted for this workload"); exit }' "$work/rows")"
  awk -F '\t' '
    function time_of(ns) { return ns <= 0 ? "-" : ns < 10000 ? sprintf("%d ns", ns) : sprintf("%d us", ns / 1000) }
    function bytes_of(n) { return n > 0 ? sprintf("%d", n) : "-" }
    function interval(low, high) { return high == "" ? "" : sprintf("[%.2f, %.2f]", low, high) }
    NR == 1 {
      print $1 ", " $2 ($2 + 0 == 1 ? " thread" : " threads")
      printf "%-22s %8s  %-20s %7s %7s %7s\n", "", $3, "to the reference", "p50", "p99", "B/entry"
    }
    { printf "%-22s %8.3g  %5.2f %-14s %7s %7s %7s\n", $5, $6 / $4, $7, interval($8, $9), time_of($10), time_of($11), bytes_of($12) }
  ' "$work/rows" >"$work/speed_table"
}
