# The card: lines with ok, failed, noted, not asked or not run, their first evidence, the speeds, and two sentences. Sourced by
# bench/judge, which prints it and keeps it as text and as a page.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

begin_card() {
  failed=0
  failed_lines=()
  hangs=
  rm -f "$work"/*.made "$work"/card.* "$work/speed_table"
  : >"$work/card.lines"
  builds=()
  passed built ""
}

# line STATUS TITLE WORDS [EVIDENCE]
line() {
  printf '%s\t%s\t%s\n' "$1" "$2" "${3//$'\t'/ }" >>"$work/card.lines"
  [ -z "${4:-}" ] || printf '%s\n' "$4" >"$work/card.evidence.$(wc -l <"$work/card.lines")"
}
passed() { line ok "$@"; }
noted() { line noted "$@"; }
not_asked() { line "not asked" "$@"; }
not_run() { line "not run" "$@"; }
failure() {
  failed=$((failed + 1))
  failed_lines+=("$1")
  line failed "$@"
}

listed() { paste -sd ',' | sed 's/,/, /g'; }

# Two sentences: is it right, and is it fast.
verdict() {
  local missing remarks
  missing=$(grep -c '^not run' "$work/card.lines" || true)
  remarks=$(sed -nE 's/^noted\t([^\t]*)\t.*/\1/p' "$work/card.lines" | listed)
  remarks=${remarks:+; see what is noted: $remarks}
  if [ "$failed" -gt 0 ]; then
    echo "$name is wrong, as $(printf '%s\n' "${failed_lines[@]}" | listed) show$([ "$failed" -gt 1 ] || echo s)$remarks."
  elif [ "$missing" -gt 0 ]; then
    echo "Nothing wrong was found in $name by what was run; $missing checks were not$remarks."
  else
    echo "Nothing wrong was found in $name, which is no proof that nothing is there$remarks."
  fi
  if [ -f "$work/speed_table" ]; then
    awk -F '\t' -v name="$name" '
      $5 == name { mine = $7; low = $8; high = $9; workload = $1; threads = $2; busy = $15 ~ /too busy/ }
      $5 != name && $5 !~ /^reference/ { others = others sprintf("%s%s %.1f", others == "" ? "" : ", ", $5, $7) }
      END {
        interval = high == "" ? "" : sprintf(" [%.1f, %.1f]", low, high)
        printf "On %s with %d thread%s it does %.1f%s times what the reference does%s%s.\n", workload, threads, threads + 0 == 1 ? "" : "s",
          mine, interval, others == "" ? "" : " (" others ")",
          busy ? "; the machine was too busy to be sure" : ""
      }' "$work/rows"
  else
    echo "How fast it is was not measured."
  fi
}

# Evidence as far as it fits a screen with all the rest: of what is noted two lines; of a long timeline its beginning, what stands around
# the places where a thread is stopped, and its end.
shown() {
  cut -c 1-110 | awk -v most="$([ "$1" = noted ] && echo 2 || echo 22)" '
    { line[NR] = $0 }
    END {
      head = NR <= most ? NR : most <= 2 ? most : 10
      for (i = 1; i <= head; ++i) print line[i]
      if (NR <= most || most <= 2) exit
      tail = NR - 6
      for (i = head + 1; i <= tail; ++i)
        if (line[i] ~ /is stopped here/ && ++switches <= 3) keep[i - 1] = keep[i] = keep[i + 1] = 1
      for (i = head + 1; i <= tail; ++i) cut += !(i in keep)
      printf "... %d lines, which the page shows ...\n", cut
      for (i = head + 1; i <= NR; ++i) if (i in keep || i > tail) print line[i]
    }'
}

write_card() {
  local number=0 status title words
  if [ -n "$library" ]; then
    printf '%s: a %s in a library, %s\n' "$name" "$system" "$(basename "$file")"
  else
    printf '%s: a %s of %d lines, %s\n' "$name" "$system" "$(wc -l <"$file")" "$(basename "$file")"
    case $class in *'<'*) printf 'Judged as %s.\n' "$class" ;; esac
    [ -z "$made" ] || printf 'Made as %s.\n' "$made"
  fi
  if [ -s "$work/not_asked" ]; then
    printf 'It %s: what needs that is not asked.\n' "$(sed 's/not asked: //' "$work/not_asked" | sort -u | sed '2,$s/^has //' | listed)"
  fi | fold -s -w 80 | sed 's/ *$//'
  echo
  while IFS=$'\t' read -r status title words; do
    number=$((number + 1))
    printf '  %-20s  %-9s  ' "$title" "$status"
    fold -s -w 45 <<<"$words" | sed 's/ *$//' | sed '2,$s/^/                                   /'
    [ ! -f "$work/card.evidence.$number" ] || shown "$status" <"$work/card.evidence.$number" | sed 's/^/      /'
  done <"$work/card.lines"
  [ ! -f "$work/speed_table" ] || { echo; sed 's/^/  /' "$work/speed_table"; }
  echo
  verdict | fold -s -w 80 | sed 's/ *$//'
}

escaped() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }

write_page() {
  local number=0 status title words
  cat <<TEXT
<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$name judged</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
pre { overflow-x: auto; font-size: 13px; background: #8881; padding: .6rem; }
.failed { color: #c22; font-weight: bold; } .ok { color: #182; } .noted { color: #a60; }
@media (prefers-color-scheme: dark) { .failed { color: #f77; } .ok { color: #7d8; } .noted { color: #fb5; } }
</style>
<h1>$name</h1>
<p>A $system, from <code>$(basename "$file" | escaped)</code>. $(verdict | paste -sd ' ' | escaped)</p>
<table><thead><tr><th>check<th>result<th>what came out</thead><tbody>
TEXT
  while IFS=$'\t' read -r status title words; do
    number=$((number + 1))
    printf '<tr><th scope="row">%s<td class="%s">%s<td>%s' "$title" "${status%% *}" "$status" "$(escaped <<<"$words")"
    [ ! -f "$work/card.evidence.$number" ] || printf '<pre>%s</pre>' "$(escaped <"$work/card.evidence.$number")"
    echo
  done <"$work/card.lines"
  echo '</tbody></table>'
  [ ! -f "$work/speed_table" ] || printf '<h2>Speed</h2>\n<pre>%s</pre>\n<p><a href="report.html">The whole report</a></p>\n' "$(escaped <"$work/speed_table")"
  echo '</html>'
}

end_card() {
  sed -i "1s/\$/$(printf '%s\n' "${builds[@]}" | sort -u | listed)/" "$work/card.lines"
  write_card | tee "$place/card.txt"
  write_page >"$place/card.html"
  say "" "The card as a page: $place/card.html"
}
