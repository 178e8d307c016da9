# One mutant: compiled, linked beside the objects of the rest, and given to the tests, the attacks, the attacks under
# ThreadSanitizer and the hunt. Sourced by run, which sets root, trees, work, mutate and budget_ms.
# shellcheck shell=bash
# shellcheck disable=SC2154

# compile_one TREE OBJECT FILE OUT: OBJECT as TREE would compile it, but for FILE, which is taken from the overlay; all as it stands
# where FILE is empty.
compile_one() {
  local source=$root/${2#CMakeFiles/*.dir/} overlay=-I$work/overlay
  source=${source%.o}
  [ -n "$3" ] || overlay=
  [ "${source#"$root"/}" != "$3" ] || source=$work/overlay/$3
  CCACHE_DISABLE=1 compile_as "$trees/$1" "$2" "$source" "$4" sed \
    "s! -I$root ! $overlay -I$root -fmacro-prefix-map=$work/overlay=$root !" >>"$work/compiler.log" 2>&1
}

# link_one TREE TARGET OUT OBJECT...: the target with our objects, which come first, in the place of its own. What
# ThreadSanitizer watches is the hunt's own objects: only harness and attacks are compiled for it.
link_one() {
  local tree=$1 target=$2 out=$3 object ours=
  shift 3
  for object in "$@"; do ours+=" $work/${tree/#tsan/hunt}/${object//\//_}"; done
  link_as "$trees/$tree" "$target" "$out" "$ours" without_replaced "$tree" "$@" >>"$work/compiler.log" 2>&1
}
# without_replaced TREE OBJECT... < command of a link
without_replaced() {
  local tree=$1 command object
  shift
  command=$(cat)
  for object in "$@"; do command=${command// $object / }; done
  if [ "$tree" = tsan ]; then
    command=$(sed -E "s! (CMakeFiles/(base|$system|${system}_broken)\.dir/)! $trees/hunt/\1!g
      s! $trees/hunt/(CMakeFiles/base.dir/impls/base/check.cpp.o)! \1!; s! -o ! -no-pie -o !" <<<"$command")
  fi
  echo "$command"
}

# measured SECONDS COMMAND...: sets status and adds its CPU time to used_ms; SECONDS bound that, 20 seconds the time
# that passes. 152: the CPU time was used up. 124: nothing moved.
measured() {
  local seconds=$1 times
  shift
  times=$(
    TIMEFORMAT='%U %S'
    { time {
      (
      ulimit -c 0
      ulimit -S -t "$seconds"
      cd "$work" && exec nice -n 19 timeout -k 2 20 "$@"
      ) >"$work/output" 2>&1
    }; } 2>&1
    echo " $?"
  )
  read -r user system_time status <<<"${times//$'\n'/ }"
  used_ms=$(awk -v used="$used_ms" -v a="$user" -v b="$system_time" 'BEGIN { printf "%d", used + 1000 * (a + b) }')
}
seconds_left() { echo $(((budget_ms - used_ms + 999) / 1000)); }

# What ended a process, where that is a kill; nothing where it is none.
kill_of() {
  case $status in
    0 | 3 | 152) ;;
    66) echo race ;;
    124 | 137) echo hang ;;
    1) echo found ;;
    134 | 136 | 139 | 6 | 11 | 8) echo crash ;;
    *) echo "exit-$status" ;;
  esac
}

# Whether all systems stand on FILE, so that tests of its own are in harness_test.
is_shared() { case $1 in impls/base/* | impls/sync/*) ;; *) return 1 ;; esac }

# Each of these sets killed to what killed the mutant, or to nothing. The tests of parts come first, for at most half of the time: they
# are short, and behind those of whole designs they would not be reached. Tests that compare CPU times are left out: what
# they say beside other work is chance.
try_tests() {
  local part whole
  used_ms=0 killed=
  part=$(((budget_ms / 2 + 999) / 1000))
  while [ -z "$killed" ] && [ "$used_ms" -lt "$budget_ms" ]; do
    if is_shared "$file"; then run_tests "$part" harness_tests '-StatisticsTest.*:RecordTest.*'; fi
    if [ -z "$killed" ]; then run_tests "$part" tests '-*/*:*HostileKeys*'; fi
    if [ -n "$killed" ]; then return; fi
    whole=$(seconds_left)
    run_tests "$((whole > 0 ? whole : 1))" tests "*/$design:*/$design/*-Broken/*:*HostileKeys*"
  done
}
run_tests() { # run_tests SECONDS PROGRAM FILTER
  measured "$1" "$work/$2" --gtest_filter="$3" --gtest_fail_fast --gtest_brief=1
  killed=$(kill_of)
  if [ "$killed" = found ]; then killed=$(sed -nE 's!^\[  FAILED  \] [A-Za-z]*/?([A-Za-z]+\.[A-Za-z0-9]+).*!\1!p' "$work/output" | head -n 1); fi
}

# A run ends by itself, in about a second, or hangs: then signals that preempt use CPU time on and on.
try_attacks() { # try_attacks PROGRAM
  local seed=1
  used_ms=0 killed=
  while [ -z "$killed" ] && [ "$used_ms" -lt "$budget_ms" ] && [ "$seed" -lt 40 ]; do
    measured 60 "$work/$1" "$system/$design" --seconds 0.05 --seed $((seed * 1000))
    seed=$((seed + 1))
    killed=$(kill_of)
    if [ "$killed" = found ]; then killed=$(sed -nE 's!^[a-z_]+/[a-z_0-9]+ under ([a-z_]+): ILLEGAL.*!\1!p' "$work/output" | head -n 1); fi
  done
}

# hunted SECONDS TARGET OPTION...: SECONDS are the hunt's own bound.
hunted() {
  local seconds=$1 target=$2
  shift 2
  measured 60 "$work/hunt_program" "$target" --seconds "$seconds" --jobs 1 "$@"
  killed=$(sed -nE "s!^[a-z_]+/[a-z_0-9]+/([a-z_]+): FOUND: (.*) in schedule ([0-9]+) by ([a-z0-9_]+), after ([0-9.]+) s!\1: \2, schedule \3, \5 s!p" "$work/output" | head -n 1)
  if [ -z "$killed" ]; then killed=$(sed -nE 's!^[a-z_]+/[a-z_0-9]+/([a-z_]+): unknown: (.*)!\1: \2!p' "$work/output" | head -n 1); fi
  if [ -z "$killed" ] && [ "$status" -eq 124 ]; then killed="${target##*/}: does not end"; fi
}

# Two fifths of the time with sequential consistency, two with weak memory, one with allocations that fail; again with other
# seeds until the time is used, for the hunt bounds itself by the time that passes. What waits once instead of in a loop needs
# waits that end for no reason. oneTBB's own tasks do not survive that memory is refused, as the contracts of those designs say.
try_hunt() {
  local targets target share way seed faults=''
  local ways=('' --weak --failing-allocations)
  used_ms=0 killed=
  case $design in tbb_task_group | tbb_pipeline) ways=('' --weak) ;; esac
  if [ "$operation" = wait_once ]; then faults=--spurious; fi
  targets=$("$work/hunt_program" "$system/$design" --list)
  for seed in {1..10}; do
    for way in "${ways[@]}"; do
      share=0.4
      if [ "$way" = --failing-allocations ]; then share=0.2; fi
      for target in $targets; do
        # shellcheck disable=SC2086
        hunted "$(awk -v budget="$budget_ms" -v share=$share -v n="$(wc -w <<<"$targets")" 'BEGIN { printf "%.3f", share * budget / 1000 / n }')" \
          "$target" --seed "$seed" $way $faults
        if [ -n "$killed" ] && [ -n "$way" ]; then killed+=", ${way#--}"; fi
        if [ -n "$killed" ] || [ "$used_ms" -ge "$budget_ms" ]; then return; fi
      done
    done
  done
}

# make_mutant FILE LINE OPERATION NTH: into the overlay.
make_mutant() {
  rm -rf "$work/overlay"
  mkdir -p "$(dirname "$work/overlay/$1")" "$work/plain" "$work/hunt"
  "$mutate" apply "$root/$1" "$2" "$3" "$4" >"$work/overlay/$1"
}

# compile_for TREE FILE OBJECT...: false where a compiler refuses.
compile_for() {
  local tree=$1 file=$2 object
  shift 2
  for object in "$@"; do
    compile_one "$tree" "$object" "$file" "$work/$tree/${object//\//_}" || return 1
  done
}

# Whether the mutant came out as the very code it was before, told by what the compiler made of it for the hunt: there
# the orders of atomics are arguments, which x86 does not show. So it is with a template that the chosen design has no use for.
# What it was before is compiled the same way: the tree's own objects name their files otherwise where a compiler cache is used.
is_same_code() {
  local object original
  mkdir -p "$work/original"
  for object in "$@"; do
    original=$work/original/${object//\//_}
    if [ ! "$original" -nt "$trees/hunt/$object" ]; then
      compile_one hunt "$object" '' "$original" || return 1
      objcopy --strip-debug "$original"
    fi
    objcopy --strip-debug "$work/hunt/${object//\//_}" "$work/after.o"
    cmp -s "$original" "$work/after.o" || return 1
  done
}
