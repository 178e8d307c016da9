# One more file in a program that is built: compiled as that build compiles its own, and linked beside the objects that are there.
# Sourced by bench/judge and by stress/hunt/mutants/trial.sh, not run.
# shellcheck shell=bash

# compile_as FOLDER OBJECT SOURCE OUT [EDIT...]: SOURCE, to OUT, by the command with which the build in FOLDER makes OBJECT, and
# without warnings. EDIT is a command through which that command goes first.
compile_as() {
  local folder=$1 object=$2 source=$3 out=$4 command
  shift 4
  [ $# -gt 0 ] || set -- cat
  command=$(cd "$folder" && ninja -t commands -s "$object" | "$@") || return 1
  command=$(sed -E "s! -MD -MT [^ ]+ -MF [^ ]+!!; s! -o [^ ]+ -c [^ ]+! -w -o '$out' -c '$source'!" <<<"$command")
  (cd "$folder" && nice -n 19 timeout 120 bash -c "$command")
}

# link_as FOLDER TARGET OUT OURS [EDIT...]: the program that the build in FOLDER calls TARGET, to OUT, with OURS before all other
# objects: of functions that several have, the linker takes the first. EDIT as above.
link_as() {
  local folder=$1 target=$2 out=$3 ours=$4 command
  shift 4
  [ $# -gt 0 ] || set -- cat
  command=$(cd "$folder" && ninja -t commands -s "$target" | "$@") || return 1
  command=$(sed -E "s! (CMakeFiles/|/[^ ]*/CMakeFiles/)! $ours \1!; s! -o $target ! -fuse-ld=lld -o '$out' !" <<<"$command")
  (cd "$folder" && nice -n 19 timeout 120 bash -c "$command")
}
