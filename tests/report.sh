#!/usr/bin/env bash
# What the report shows, of results made by hand (tests/data/report) and of those in the tree. Where there is a Chromium it opens the page; else
# those cases are skipped, by exit code 77.
#
#   tests/report.sh PROGRAM CASE     PROGRAM is one of the benchmarks
#   tests/report.sh --list
set -uo pipefail

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=$root/tests/data/report

# holds FILE TEXT...
holds() {
  local file=$1 text
  shift
  for text in "$@"; do
    grep -qF -- "$text" "$file" || fail "$(basename "$file") does not hold: $text"
  done
}
drawn() { "$program" "$@" >"$scratch/said.txt" 2>&1 || fail "bench/run $* failed: $(cat "$scratch/said.txt")"; }
# The set made by hand, with all that other programs leave beside it.
draw_set() {
  cp "$data/results.json" "$scratch/results.json"
  drawn --report "$scratch/results.json" --hunt "$data/hunt.json" --kill-table "$data/kill-table.txt"
}
# shown ADDRESS: what Chromium makes of the page, in $scratch/dom.html, without its scripts, of which none may have failed.
shown() {
  timeout 100 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --allow-file-access-from-files \
    --user-data-dir="$scratch/browser" --window-size="${width:-1100},900" --virtual-time-budget=5000 --enable-logging=stderr --dump-dom \
    "file://$1" >"$scratch/dom.html" 2>"$scratch/console.txt" || fail "Chromium failed: $(tail -5 "$scratch/console.txt")"
  perl -0pi -e 's/<script.*?<\/script>//gs' "$scratch/dom.html"
  ! grep -E 'Uncaught|Content Security Policy' "$scratch/console.txt" || fail "a script of the page failed"
}
needs_browser() { command -v chromium >/dev/null || { printf 'report.sh: Skipped\nChromium, of the package chromium\n' && exit 77; }; }

leading_table_needs_no_script() {
  draw_set
  sed '/<script/,$d' "$scratch/report.html" >"$scratch/table.html"
  holds "$scratch/table.html" '<th scope="row"><a href="#kv_store/read_heavy/2">kv_store</a>' '<th scope="col">to one_lock</th>' \
    'data-column="not separated from it"><div>epoch_reads, tbb_hash_map</div>' 'class="win"><div>8.8× <span class="interval">[7.5, 10.3]'
}
every_chart_is_drawn_and_told() {
  needs_browser
  draw_set
  shown "$scratch/report.html#kv_store/read_heavy/2"
  local chart
  for chart in ratios speed pareto scaling latency rates memory shares contended-speed contended-wait contended-aborts fairness survival kills; do
    grep -qE "<canvas id=\"$chart\"[^>]* aria-label=\"[^\"]*: [^\"]*[0-9]" "$scratch/dom.html" || fail "the chart $chart is not told in figures"
  done
  ! grep -q '<section hidden' "$scratch/dom.html" || fail "a section of which there are figures is hidden"
  grep -qE '<a id="save-picture" download="contend.svg" href="data:image/svg\+xml,%3Csvg' "$scratch/dom.html" || fail "the picture cannot be saved"
  # Each table has its name; tables of others than the leading one are made by the script.
  [ "$(grep -o '<table' "$scratch/dom.html" | wc -l)" -eq "$(grep -o '<caption' "$scratch/dom.html" | wc -l)" ] || fail "a table has no caption"
  [ "$(grep -o 'copy as Markdown' "$scratch/dom.html" | wc -l)" -gt 12 ] || fail "tables cannot be copied"
}
figures_are_right() {
  needs_browser
  draw_set
  shown "$scratch/report.html#kv_store/read_heavy/2"
  # Of a million calls 90.1 % took at most 200 ns, 99.05 % at most 500, and so on: by the row itself, for x_times has none.
  grep -qE '>striped</th><td[^>]*>100 ns</td><td[^>]*>200 ns</td><td[^>]*>500 ns</td><td[^>]*>1000 ns</td><td[^>]*>50 µs</td>' \
    "$scratch/dom.html" || fail "the quantiles of striped are wrong: $(grep -oE 'Time of a call.{900}' "$scratch/dom.html")"
  holds "$scratch/dom.html" '<td data-column="p99">overloaded<' '0.999' 'noop keeps up to 9 Mops/s' '<th scope="row" data-column="design">noop</th><td data-column="p50">21 ns<' 'striped keeps up to 9 Mops/s' 'A thread starves (a tenth of an equal share, or less): single_writer.' \
    'called slower in 2 of 2 panels' 'TBB 2021.8' 'single_writer least 0.1 %' 'read_heavy_small, 2 thr.' '>1.50×<'
}
hunt_is_told() {
  needs_browser
  draw_set
  shown "$scratch/report.html#kv_store/read_heavy/2"
  holds "$scratch/dom.html" '-- thread 1 is stopped here, thread 2 runs --' 'commits: race in schedule 57' \
    "stress/run --hunt --replay 'kv_store/tbb_hash_map/commits@1.guided..1.3r2'" '>2,234</td>' 'seqlock_without_recheck 154' 'not found'
  grep -qE '>striped</th><td[^>]*class="win"[^>]*>silent' "$scratch/dom.html" || fail "striped is not called silent"
  grep -qE '>reference</th><td[^>]*>not hunted in' "$scratch/dom.html" || fail "the reference is called hunted in"
}
texts_stay_texts() {
  needs_browser
  draw_set
  shown "$scratch/report.html#kv_store/read_heavy/2"
  holds "$scratch/dom.html" 'a summary with &lt;/script&gt; &amp; &lt;b&gt;marks&lt;/b&gt; in it'
}
own_file_bears_a_star() {
  needs_browser
  draw_set
  sed -i 's/"technique": "actor"/"technique": "guest"/' "$scratch/results.json"
  drawn --report "$scratch/results.json"
  shown "$scratch/report.html#kv_store/read_heavy/2"
  holds "$scratch/dom.html" '>★ single_writer</th>' 'aria-label="Throughput: striped 17.94 Mops/s' '★ single_writer 1.56 Mops/s'
}
peers_are_marked() {
  needs_browser
  draw_set
  sed -i 's/^ *"name": "single_writer",/&"peer": "hand-written",/' "$scratch/results.json"
  drawn --report "$scratch/results.json" --hunt "$data/hunt.json"
  shown "$scratch/report.html#kv_store/read_heavy/2"
  holds "$scratch/dom.html" '>single_writer (hand-written)</th>' 'single_writer (hand-written) 1.56 Mops/s' '>single_writer (hand-written)</th><td data-column="found">not hunted in'
}
# Chromium shows the page in a frame of 390 pixels; what is wider scrolls in its own place.
fits_a_phone() {
  needs_browser
  draw_set
  cat >"$scratch/frame.html" <<'TEXT'
<iframe src="report.html#kv_store/read_heavy/2" width="390" height="800" style="border:0"></iframe>
<script>onload = () => { document.title = 'wide ' + document.querySelector('iframe').contentDocument.documentElement.scrollWidth; };</script>
TEXT
  shown "$scratch/frame.html"
  local wide
  wide=$(grep -oE 'wide [0-9]+' "$scratch/dom.html" | tail -n 1)
  [ "${wide#wide }" -le 390 ] || fail "on 390 pixels the page is $wide"
}
# Pages of all sets in the tree: none is over 700 kB, and the oldest can still be shown.
older_results() {
  local file
  for file in "$root"/results/*/*/results.json; do
    mkdir -p "$scratch/set"
    cp "$file" "$scratch/set/results.json"
    drawn --report "$scratch/set/results.json" --kill-table "$root/results/hunt/kill-table.txt"
    [ "$(stat -c %s "$scratch/set/report.html")" -lt 700000 ] || fail "the page of $file is $(stat -c %s "$scratch/set/report.html") bytes"
    command -v chromium >/dev/null || continue
    shown "$scratch/set/report.html"
    grep -qE 'id="trust".*>complete</th>' "$scratch/dom.html" || fail "the page of $file is not drawn to its end"
  done
}
# Two machines that disagree: what turned round is named with what sets them apart, and no figure is made of both.
sets_on_one_page() {
  mkdir -p "$scratch/small/one" "$scratch/large/two"
  cp "$data/results.json" "$scratch/small/one/results.json"
  sed 's/"cores": 2,/"cores": 64,/; s/"2021.8"/"2022.1"/' "$data/results.json" |
    awk '/"implementation": "tbb_hash_map"/ { mine = 1 } mine && /"verdict": "win"/ { sub("win", "loss"); mine = 0 } 1' >"$scratch/large/two/results.json"
  drawn --report "$scratch/small/one/results.json" "$scratch/large/two/results.json" --out "$scratch/out"
  holds "$scratch/out/sets.html" 'Turned round: 2.' 'kv_store, cores, libraries' 'small/one' 'large/two' '>64<' 'never mixed'
  drawn --report "$scratch/small/one/results.json" "$scratch/small/one/results.json" --out "$scratch/out"
  holds "$scratch/out/sets.html" 'Turned round: 0.' 'None: no set calls faster'
  ! grep -q '<script' "$scratch/out/sets.html" || fail "that page needs a script"
}
gallery_is_current() {
  cp -r "$root/results" "$scratch/results"
  rm -rf "$scratch/results/local"
  drawn --gallery "$scratch/results"
  local file
  while IFS= read -r file; do
    cmp -s "$root/results/$file" "$scratch/results/$file" || fail "results/$file is not what bench/run --gallery results makes."
  done < <(cd "$scratch/results" && find . -name README.md -o -name '*.svg' -o -name sets.html)
  sed -i '/<!-- gallery -->/d' "$scratch/results/README.md"
  ! "$program" --gallery "$scratch/results" >"$scratch/said.txt" 2>&1 || fail "A README without a place for the gallery is no error."
  holds "$scratch/said.txt" 'has no place for the gallery'
}
what_cannot_be_shown() {
  cp "$data/results.json" "$scratch/results.json"
  ! "$program" --report "$scratch/results.json" --kill-table "$data/hunt.json" >"$scratch/said.txt" 2>&1 || fail "That is no kill table."
  holds "$scratch/said.txt" 'no kill table'
  ! "$program" --report "$scratch/results.json" --hunt "$data/results.json" >"$scratch/said.txt" 2>&1 || fail "Those are no hunts."
  holds "$scratch/said.txt" 'no hunts'
}
cases=(leading_table_needs_no_script peers_are_marked every_chart_is_drawn_and_told figures_are_right hunt_is_told texts_stay_texts own_file_bears_a_star fits_a_phone older_results
  sets_on_one_page gallery_is_current what_cannot_be_shown)

if [ "${1:-}" = --list ]; then
  printf '%s\n' "${cases[@]}"
  exit 0
fi
program=$1
[[ " ${cases[*]} " == *" ${2:-} "* ]] || fail "No case is called '${2:-}'."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$2"
