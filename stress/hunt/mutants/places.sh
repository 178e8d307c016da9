# Which mutants there are, and where each is looked for. Sourced by run.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154

# name TAB number of the pair TAB what stands there TAB what instead. Of files that have to do with threads alone.
all_mutants() {
  local file
  grep -rlE 'atomic|memory_order|(Mutex|Writer|Reader)Lock|ConditionVariable|_lock\b|jthread|tbb::' --include='*.[ch]pp' impls |
    LC_ALL=C sort | while read -r file; do
    "$mutate" list "$file" | sed -E "s!^([0-9]+) ([a-z_]+) ([0-9]+) ([^\t]*)\t!$file:\1:\2:\3\t\4\t!"
  done
}

# Those of all mutants that weaken an order which is weaker than sequential consistency or has a number.
numbered_orders() { awk -F '\t' '$1 ~ /:(order_to_|drop_fence)/ && ($2 != "-" || $3 ~ /memory_order_(ac|rele)/)'; }

# By turns of systems and operations, at random within them.
in_even_order() {
  awk -F '\t' -v seed="$1" 'BEGIN { srand(seed) } { split($1, name, ":"); split(name[1], folder, "/")
    printf "%s %s\t%.9f\t%s\n", folder[2], name[3], rand(), $0 }' | LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 2,2 |
    awk -F '\t' -v seed="$1" 'BEGIN { srand(seed + 1) } { turn[$1]++; printf "%d\t%.9f\t%s\n", turn[$1], rand(), $0 }' |
    LC_ALL=C sort -t "$(printf '\t')" -k 1,1n -k 2,2 | cut -f 5-
}

# What each object of the hunt's tree was compiled from: object TAB file below impls.
read_includes() {
  (cd "$trees/hunt" && ninja -t deps) |
    awk -v root="$root/" '/^[^ ]/ { object = $1; sub(/:$/, "", object); next }
      { sub(/^ +/, ""); sub(root, ""); gsub(/^(\.\.\/)+/, "") }
      /^impls\// && object ~ /\/impls\// { print object "\t" $0 }' >"$work/includes"
}
including() { awk -F '\t' -v file="$1" '$2 == file { print $1 }' "$work/includes"; } # including FILE: objects

# designs_using FILE SYSTEM: at most four of the designs of SYSTEM that FILE is a part of.
designs_using() {
  local file=$1
  case $file in
    impls/"$2"/designs/*.cpp)
      basename "$file" .cpp
      return
      ;;
    impls/*/designs/*.cpp) return ;;
    *.cpp) file=${file%.cpp}.hpp ;;
  esac
  { including "$file" | grep "/impls/$2/designs/" || true; } | sed -E 's!.*/(.*)\.cpp\.o$!\1!' | sed '/^reference$/d' | sort | sed -n 1,4p
}

# objects_of FILE SYSTEM DESIGN: what has to be compiled again, in chosen_objects: the file itself, or where it is a
# header the design and whatever else but designs includes it. Empty where that is much.
objects_of() {
  case $1 in
    *.cpp) chosen_objects=$(awk -F '\t' -v file="$1" '$2 == file { print $1 }' "$work/includes" | head -n 1) ;;
    *)
      chosen_objects=$(including "$1" | grep -E "CMakeFiles/(base|$2)\.dir/" |
        grep -E "/impls/$2/designs/$3\.cpp\.o$|/impls/[a-z_]+/([a-z_]+/)?[a-z_0-9]+\.cpp\.o$" |
        grep -vE "/designs/(.*)\.cpp\.o$" || true)
      chosen_objects+=" $(including "$1" | grep -E "/impls/$2/designs/$3\.cpp\.o$" || true)"
      if [ "$(wc -w <<<"$chosen_objects")" -gt 4 ]; then chosen_objects=; fi
      ;;
  esac
  chosen_objects=$(xargs <<<"$chosen_objects")
}

# choose_place FILE NAME: one of the systems and designs that the file is a part of, always the same for a name; in
# system, design and chosen_objects. No design where there is none.
choose_place() {
  local one each place places=()
  for one in "${systems[@]}"; do
    for each in $(designs_using "$1" "$one"); do places+=("$one/$each"); done
  done
  system='' design='' chosen_objects=''
  [ ${#places[@]} -gt 0 ] || return 0
  place=${places[$(($(cksum <<<"$2" | cut -d ' ' -f 1) % ${#places[@]}))]}
  objects_of "$1" "${place%%/*}" "${place##*/}"
  [ -n "$chosen_objects" ] || return 0
  system=${place%%/*} design=${place##*/}
}
