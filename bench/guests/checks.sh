# What is asked of a guest, and the lines that it gives on the card. Sourced by bench/judge.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

# bounded SECONDS COMMAND...: sets status; what was said is in $work/said.
bounded() {
  local seconds=$1
  shift
  status=0
  # The shell's own word on a program that was killed goes where the program's go.
  { (cd "$work" && ulimit -c 0 && timeout --foreground -k 5 "$seconds" "$@") || status=$?; } >"$work/said" 2>&1
  [ "$status" -ne 130 ] || exit 130
}

# The name of a test as the sentence that it is.
sentence() { sed -E 's/([a-z0-9])([A-Z])/\1 \2/g; s/([A-Z])([A-Z][a-z])/\1 \2/g' | tr '[:upper:]' '[:lower:]'; }

# What a test said of its first failure, without what only its author reads: both texts in full where they are set against each
# other.
told() {
  sed -nE '/: Failure$|ERROR: |WARNING: Thread|broken invariant|hangs when/,$p' "$work/said" |
    grep -vE '^\[|^$|: Skipped$|^not asked|FAILED TEST|^unknown file|^Google Test trace|^ *@@|^[^ ]*: line [0-9]+: +[0-9]+ ' |
    awk '/^Expected equality of these/ { held = 1; text = "" }
      /^With diff:/ { held = 0; differs = 1; next }
      differs && /^ / { next }
      held { text = text $0 "\n"; if (/^[^ ]/ && !/^Expected/) { printf "%s", text; held = 0 } next }
      { print }
      END { if (held) printf "%s", text }' |
    sed -E "s!($root|\.\./\.\.)/!!g; s/(.)\1{20,}/\1\1\1.../g" | cut -c 1-100 | head -n 12
}

# run_tests HOW TITLE PROGRAM SUITES: what came of these suites is a line of the card. HOW is failure, or noted where no interface
# promises what they ask.
run_tests() {
  local how=$1 title=$2 program=$3 suites=$4 good skipped bad
  [ -n "$suites" ] || return 0
  bounded 240 "$work/$program" --gtest_filter="$suites"
  cp "$work/said" "$work/${title//[^a-zA-Z0-9]/_}.txt"
  good=$(grep -cE '^\[       OK \]' "$work/said" || true)
  skipped=$(grep -cE '^\[  SKIPPED \].*\(' "$work/said" || true)
  grep -oE 'not asked: .*' "$work/said" | sort -u >>"$work/not_asked" || true
  if [ "$status" -eq 0 ] && [ "$good" -eq 0 ]; then
    not_asked "$title" "$(grep -oE 'not asked: .*' "$work/said" | sed 's/not asked: //' | sort -u | paste -sd ',' | sed 's/,/, /g')"
  elif [ "$status" -eq 0 ]; then
    passed "$title" "$good test$([ "$good" -eq 1 ] || echo s)$([ "$skipped" -eq 0 ] || echo ", $skipped not asked")"
  else
    bad=$(sed -nE 's!^\[  FAILED  \] [A-Za-z]*/?[A-Za-z]+\.([A-Za-z0-9]+)/.*\(.*!\1!p' "$work/said" | head -n 1 | sentence)
    case $title in
      'memory runs out') bad=${bad:+after an allocation failed it was not as before: $bad} ;;
      *) bad=${bad:+not so: $bad} ;;
    esac
    if [ -z "$bad" ]; then
      bad=$(sed -nE 's!^\[ RUN      \] [A-Za-z]*/?[A-Za-z]+\.([A-Za-z0-9]+)/.*!\1!p' "$work/said" | tail -n 1 | sentence)
      bad="at '$bad' it $(how_it_ended)"
    fi
    "$how" "$title" "$bad" "$(told | if [ "$how" = noted ]; then grep -v ': Failure$'; else cat; fi)"
  fi
}
how_it_ended() {
  case $status in
    124 | 137) echo "hangs" ;;
    66) echo "was stopped by the sanitizer" ;;
    134) echo "aborted" ;;
    139) echo "touched memory that is not there" ;;
    *) echo "ended the program with $status" ;;
  esac
}

# The suites of the tests that have an instance for the guest, as a filter, of those whose name matches.
suites() { # suites PATTERN
  grep -E "$1" "$work/suites" | sed "s!\$!*/$name!" | paste -sd ':'
}

check_tests() {
  say "Testing ..."
  bounded 60 "$work/tests" --gtest_list_tests --gtest_filter="*/$name"
  if [ "$status" -ne 0 ]; then
    cat "$work/said" >&2
    exit "$([ "$status" -eq 2 ] && echo "$exit_usage" || echo "$exit_environment")"
  fi
  cp "$work/said" "$work/listing"
  grep -oE '^[A-Za-z/]+\.' "$work/listing" >"$work/suites" || true
  : >"$work/not_asked"
  [ -s "$work/suites" ] || fail "$exit_environment" "No test of $system knows of $name; what the program said is in $work/said."
  run_tests failure "rules" tests "$(grep -vE 'Allocation|Growth|Model|Differential|Hostile' "$work/suites" | sed "s!\$!*/$name!" | paste -sd ':')"
  run_tests failure "answers as the model" tests "$(suites 'Model|Differential')"
  if [ -n "$library" ]; then
    not_run leaks "what a library allocates is not seen, nor made to fail"
  else
    check_memory
  fi
  check_hostile_keys
}
check_memory() {
  ! grep -q WhatGoesLeavesNothing "$work/listing" || run_tests failure "leaks" tests "$(grep Growth "$work/suites" | sed "s!\$!WhatGoesLeavesNothing/$name!" | paste -sd ':')"
  run_tests "$(promised)" "memory runs out" tests "$(suites Allocation)"
  run_tests noted "holds no memory" tests "$(suites Growth):-*WhatGoesLeavesNothing*"
}
# What only the whole interface promises is noted of a class that knows nothing of it.
promised() { if [ -n "$whole" ]; then echo failure; else echo noted; fi; }

check_hostile_keys() {
  local filter
  filter=$(suites Hostile)
  [ -n "$filter" ] || return 0
  bounded 120 "$work/tests" --gtest_filter="$filter"
  if [ "$status" -eq 0 ]; then
    passed "hostile keys" "cost what others do"
  elif ! grep -qE '[0-9]+ keys took ' "$work/said"; then
    not_run "hostile keys" "the test $(if [ "$status" -eq 1 ]; then echo "failed before it came to them"; else how_it_ended; fi)"
  else
    noted "hostile keys" "$(grep -oE '[0-9]+ keys took .*' "$work/said" | head -n 1): its hash is one that others can foresee"
  fi
}

# attacked TITLE PROGRAM SECONDS: all attacks that are asked of it.
attacked() {
  local title=$1 program=$2 seconds=$3 patience=$4 attacks bad
  bounded 600 "$work/$program" "$system/$name" --seconds "$seconds" --patience "$patience"
  cp "$work/said" "$work/$program.txt"
  attacks=$(sed -nE "s!^$system/$name under ([a-z_]+): .*!\1!p" "$work/said" | sort -u | paste -sd ',' | sed 's/,/, /g')
  case $status in
    0) passed "$title" "$attacks$([ -z "$library" ] || [ "$program" = attacks ] || echo ", as far as it sees: a library's calls and locks, not its memory")" ;;
    2) not_asked "$title" "it offers nothing that an attack of this system needs" ;;
    3) noted "$title" "a history was too hard to decide: $attacks" ;;
    124)
      hangs=yes
      failure "$title" "hangs under $(sed -nE 's!^HANG: .*--attack ([a-z_]+) .*!\1!p' "$work/said" | head -n 1): nobody had come to an end after $patience s" \
        "$(sed -n '/^HANG:/,$p' "$work/said" | grep -vE '^HANG|no cycle of lock waits' | head -n 8)"
      ;;
    *)
      bad=$(sed -nE "s!^$system/$name under ([a-z_]+): ILLEGAL.*!\1!p" "$work/said" | head -n 1)
      bad=${bad:-it $(how_it_ended)}
      failure "$title" "$bad" "$(sed -nE '/^seed |ERROR: |WARNING: Thread|broken invariant/,/^repeat with/p' "$work/said" |
        grep -vE '^=+$|^$|^repeat with|^[^ ]*: line [0-9]+: +[0-9]+ ' | sed -E "s!($root|\.\./\.\.)/!!g" | head -n 14)"
      ;;
  esac
}

check_attacks() {
  say "Attacking ..."
  attacked "attacks" attacks "$([ -n "$quick" ] && echo 1 || echo 2)" 10
}
find_symbolizer() {
  local symbolizer
  symbolizer=$(llvm_symbolizer)
  # A library is not compiled for the sanitizer: what it does behind its own locks is not judged by what it cannot see.
  export TSAN_OPTIONS="external_symbolizer_path=$symbolizer${library:+ ignore_noninstrumented_modules=1}"
  export ASAN_OPTIONS="external_symbolizer_path=$symbolizer"
  export CONTEND_SYMBOLIZER=$symbolizer
}
check_tsan() {
  say "Attacking under ThreadSanitizer ..."
  find_symbolizer
  attacked "attacks (TSan)" tsan 2 30
}
check_asan() {
  say "Testing under AddressSanitizer ..."
  find_symbolizer
  run_tests failure "tests (ASan+UBSan)" asan-ubsan "$(grep -vE "Growth|Hostile$([ -n "$whole" ] || echo '|Allocation')" "$work/suites" | sed "s!\$!*/$name!" | paste -sd ':')"
}

check_hunt() {
  local found bad
  say "Hunting ..."
  find_symbolizer
  bounded 600 "$work/hunt" "$system/$name" --seconds "$([ -n "$quick" ] && echo 1 || echo 5)" --jobs 2
  cp "$work/said" "$work/hunt.txt"
  case $status in
    0)
      found=$(awk '/nothing in [0-9]+ schedules/ { for (i = 1; i < NF; ++i) if ($i == "in") { n += $(i + 1); break } } END { print n }' "$work/said")
      passed hunt "nothing in $found schedules"
      ;;
    1 | 66)
      bad=$(sed -nE "s!^$system/$name/([a-z_]+): FOUND: (.*)!\1: \2!p" "$work/said" | head -n 1)
      failure hunt "$bad" "$(sed -n '/: FOUND:/,/^  again:/p' "$work/said" | sed 1d | grep -v '^  again:' | awk '/^  repeated in/ { print; exit } { print }' | head -n 60)"
      ;;
    *) noted hunt "did not end: $(tail -n 1 "$work/said" | cut -c 1-100)" ;;
  esac
}
