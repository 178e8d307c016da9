# What was found out, as text. Sourced by run.
# shellcheck shell=bash
# shellcheck disable=SC2154

write_pairs() {
  {
    echo "# stress/hunt/mutants/run --pairs: every order weaker than seq_cst and every numbered one, weakened; hunted in with --weak."
    echo "# place, pair, weakened to: found in system/design/attack: kind, schedule, seconds"
    LC_ALL=C sort -t : -k 1,1 -k 2,2n "$pair_log" | awk -F '\t' '{ split($1, name, ":"); sub("order_to_", "", name[3])
      printf "%-50s (%s) %-9s %s\n", name[1] ":" name[2], $2, name[3], $5 }'
  } >"$root/results/hunt/order-pairs.txt"
}

# Mutants of the log that are as right as what they were made of, named in equivalent.txt with the reason, count
# nowhere.
write_report() {
  local equivalent=$root/stress/hunt/mutants/equivalent.txt
  {
    echo "# stress/hunt/mutants/run: mutants of the designs, and who found them in $budget s of CPU time each."
    awk -F '\t' -v equivalent="$equivalent" '
      function kills(text) { return text !~ /^-( |$)/ }  # what was read back has no time behind it
      function share(count, all) { return all ? sprintf("%d (%d%%)", count, 100 * count / all + 0.5) : "0" }
      BEGIN { while ((getline line < equivalent) > 0) { split(line, word, " "); right[word[1]] = 1 } }
      $5 != "tried" { outcomes[$5]++; next }
      right[$1] { outcomes["equivalent"]++; next }
      { split($1, name, ":")
        for (group = 1; group <= 2; ++group) {
          kind = group == 1 ? name[3] : "all"
          seen[kind]++
          for (tool = 6; tool <= 9; ++tool) if (kills($tool)) killed[kind, tool]++
          if (kills($6) || kills($7) || kills($8) || kills($9)) killed[kind, "any"]++
          if (kills($9) && !kills($6) && !kills($7) && !kills($8)) killed[kind, "hunt alone"]++
          if (!kills($9) && (kills($6) || kills($7) || kills($8))) killed[kind, "others"]++
        }
      }
      function row(kind) {
        return sprintf("%-18s %7d %12s %12s %12s %12s %12s %11d %13d\n", kind, seen[kind], share(killed[kind, 6], seen[kind]),
          share(killed[kind, 7], seen[kind]), share(killed[kind, 8], seen[kind]), share(killed[kind, 9], seen[kind]),
          share(killed[kind, "any"], seen[kind]), killed[kind, "hunt alone"], killed[kind, "others"])
      }
      END {
        printf "# Not counted: %d same code, %d refused by a compiler, %d equivalent, %d in what no design or too many use.\n\n",
          outcomes["same"], outcomes["refused"], outcomes["equivalent"], outcomes["unused"]
        printf "%-18s %7s %12s %12s %12s %12s %12s %11s %13s\n", "operation", "mutants", "tests", "attacks", "tsan", "hunt", "any",
          "hunt alone", "only others"
        for (kind in seen) if (kind != "all") printf "%s", row(kind) | "LC_ALL=C sort"
        close("LC_ALL=C sort")
        printf "%s", row("all")
      }' "$tried_log"
    printf '\n# mutant, design: tests | attacks | attacks under ThreadSanitizer | hunt; then what was there and what instead\n'
    awk -F '\t' '$5 == "tried" { printf "%s %s: %s | %s | %s | %s\n    %s\n    -> %s\n", $1, $4, $6, $7, $8, $9, $2, $3 }' "$tried_log" |
      sed -E 's! \([0-9]+ ms\)!!g'
  } >"$root/results/hunt/mutants.txt"
}

# The log of a tree that has none yet begins with what the committed report says was tried, where the line still is what it was.
begin_log() {
  [ ! -s "$tried_log" ] && [ -f "$root/results/hunt/mutants.txt" ] || return 0
  all_mutants >"$work/all_mutants"
  awk '
    NR == FNR { split($0, field, "\t"); is_there[field[1] "\t" field[3] "\t" field[4]] = 1; next }
    /^impls\// {
      name = $1; design = $2; sub(/:$/, "", design)
      found = substr($0, length($1) + length($2) + 3); gsub(/ \| /, "\t", found)
      getline before; getline after
      mutant = name "\t" substr(before, 5) "\t" substr(after, 8)
      if (mutant in is_there) print mutant "\t" design "\ttried\t" found
    }' "$work/all_mutants" "$root/results/hunt/mutants.txt" >"$tried_log"
}
