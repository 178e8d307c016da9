# The programs of a system with somebody's class in them. Sourced by bench/judge, which sets root, system, file and work.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

# The classes that the file defines at the left margin, with the namespace that they stand in.
classes_of() {
  awk '/^namespace +[A-Za-z_]/ { space = $2 "::" }
    /^}( |$)/ { space = "" }
    /^(class|struct) +[A-Za-z_]/ && (/{/ || !/;/) { sub(/[^A-Za-z0-9_].*/, "", $2); print space $2 }' "$1"
}
snake_case() { sed -E 's/.*:://; s/([a-z0-9])([A-Z])/\1_\2/g' <<<"$1" | tr '[:upper:]' '[:lower:]'; }

pascal_case() { sed -E 's/(^|_)([a-z0-9])/\u\2/g' <<<"$1"; }

# Sets class, name and library. The class that the file is named after, or the only one.
choose_class() {
  local found stem one
  library=
  stem=$(basename "$file")
  stem=${stem%%.*}
  case $file in
    *.so | *.so.*)
      library=yes
      [ -f "$root/bench/guests/${system}_library.hpp" ] || fail "$exit_usage" "There is no C ABI for $system:" \
        "a library can be judged as $(cd "$root/bench/guests" && for one in *_library.hpp; do echo "${one%_library.hpp}"; done | listed)."
      name=${stem#lib}
      ;;
    *)
      found=$(classes_of "$file")
      if [ -z "$class" ]; then
        for one in $found; do [ "$(snake_case "$one")" != "$stem" ] || class=$one; done
        [ -n "$class" ] || [ "$(wc -w <<<"$found")" -ne 1 ] || class=$found
      fi
      [ -n "$class" ] || fail "$exit_usage" "Which class of '$file' is to be judged? Name it with --class." \
        "${found:+It has: $(tr '\n' ' ' <<<"$found")}"
      name=$(snake_case "$class")
      ;;
  esac
  # A design of the tree keeps its name.
  name=${name//[^a-z0-9_]/_}
  if grep -qxF -- "$system/$name" <<<"$(all_names 'impls/*/designs')"; then name=my_$name; fi
}

# The one file that is compiled: theirs, our wrapper, and the line that registers it.
write_guest() {
  if [ -n "$library" ]; then
    cat <<TEXT
#include "bench/guests/${system}_library.hpp"
namespace {
[[maybe_unused]] const bool registered = contend::$system::register_library("$name", "$file");
}
TEXT
  elif [ ! -f "$root/bench/guests/$system.hpp" ]; then
    cat <<TEXT
#include "$file"
#include "bench/guests/guest.hpp"
#include "impls/$system/$system.hpp"
namespace {
[[maybe_unused]] const bool registered = contend::register_whole_guest<contend::$system::$(pascal_case "$system"), $class>("$name");
}
TEXT
  else
    cat <<TEXT
#include "$file"
#include "bench/guests/$system.hpp"
namespace {
[[maybe_unused]] const bool registered = contend::$system::register_guest<$class>("$name");
}
TEXT
  fi >"$work/guest.cpp"
}

# What a class must offer, as the wrapper's own file says it.
must_offer() {
  if [ -f "$root/bench/guests/$system.hpp" ]; then
    sed -n '/^\/\/ A /,/^$/s!^// !  !p' "$root/bench/guests/$system.hpp"
  else
    echo "  A class for $system derives from contend::$system::$(pascal_case "$system") of impls/$system/$system.hpp; bench/judge --new writes one."
  fi
}

# compile_guest PRESET: once for each, and ends with the compiler's words where it cannot.
compile_guest() {
  local object=CMakeFiles/$system.dir/impls/$system/designs/reference.cpp.o said=$work/$1.compiler
  [ ! -f "$work/$1.made" ] || return 0
  if ! compile_as "$root/build/$1" "$object" "$work/guest.cpp" "$work/$1.o" >"$said" 2>&1; then
    sed "s!$root/!!g" "$said" | grep -E 'error|note:' | head -n 20 | cut -c 1-200 >&2 || true
    say "" "'$file' does not compile as a $system ($1); all that the compiler said is in $said."
    must_offer >&2
    exit "$exit_usage"
  fi
  touch "$work/$1.made"
}

# make_program NAME PRESET TARGET: $work/NAME, built of what is kept and of their file.
make_program() {
  local preset=$2 target=$3 out=$work/$1
  build "$preset" "$target"
  compile_guest "$preset"
  builds+=("$preset")
  link_as "$root/build/$preset" "$target" "$out" "$work/$preset.o" >"$work/$1.linker" 2>&1 || {
    tail -n 20 "$work/$1.linker" >&2
    fail "$exit_environment" "'$file' could not be linked to the $system ($preset); all that the linker said is in $work/$1.linker."
  }
}
