# The programs of a system with somebody's class in them. Sourced by bench/judge, which sets root, system, file and work.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

snake_case() { sed -E 's/.*:://; s/([a-z0-9])([A-Z])/\1_\2/g' <<<"$1" | tr '[:upper:]' '[:lower:]'; }

pascal_case() { sed -E 's/(^|_)([a-z0-9])/\u\2/g' <<<"$1"; }

# The classes of the file, as classes.awk tells them; where some have a method that a class of this system is known by, those alone.
candidates() {
  local all known
  all=$(awk -f "$root/bench/guests/classes.awk" "$file")
  known=$(sed -n 's!^// Known by: !!p' "$wrapper" 2>/dev/null | tr ' ' '|')
  if [ -n "$known" ] && grep -qE $'\t.* '"($known)( |\$)" <<<"$all"; then
    grep -E $'\t.* '"($known)( |\$)" <<<"$all"
  else
    echo "$all"
  fi
}

# Sets class: the one that was named, or that the file is named after, or the only one; a template, with texts for its arguments.
choose_class() {
  local found stem one arguments
  stem=$(basename "$file")
  stem=${stem%%.*}
  found=$(candidates)
  if [ -z "$class" ]; then
    while read -r one; do [ "$(snake_case "$one")" != "$stem" ] || class=$one; done < <(cut -f 1 <<<"$found")
    [ -n "$class" ] || [ "$(grep -c . <<<"$found")" -ne 1 ] || class=$(cut -f 1 <<<"$found")
  fi
  [ -n "$class" ] || fail "$exit_usage" "Which class of '$asked' is to be judged? Name it with --class." \
    "${found:+It has: $(cut -f 1 <<<"$found" | listed).}"
  arguments=$(awk -F '\t' -v class="$class" '$1 == class { print $2; exit }' <<<"$found")
  case $arguments in
    '' | - | 0) ;;
    1) class+="<std::string>" ;;
    2) class+="<std::string, std::string>" ;;
    *) fail "$exit_usage" "$class is a template: name it with its arguments, as in --class '$class<std::string, 16>'." ;;
  esac
}

# The class of the system's header that is its interface: the last that derives from nothing.
interface() { sed -n 's/^class \([A-Z][A-Za-z]*\) {$/\1/p' "$root/impls/$system/$system.hpp" | tail -n 1; }

# Sets wrapper, what the system makes of a class; library; class; whole, where it derives from the interface; and name, under which it is judged.
choose_guest() {
  wrapper=$root/bench/guests/plain/$system.hpp
  library=
  whole=
  case $file in
    *.so | *.so.*)
      library=yes
      [ -f "$root/bench/guests/libraries/$system.hpp" ] || fail "$exit_usage" "There is no C ABI for $system: a library can be judged as" \
        "$(cd "$root/impls" && for one in */*_abi.h; do dirname "$one"; done | listed)."
      name=$(basename "$file")
      name=${name%%.*}
      name=${name#lib}
      ;;
    *)
      choose_class
      name=$(snake_case "${class%%<*}")
      if [ ! -f "$wrapper" ] || awk -f "$root/bench/guests/classes.awk" "$file" | awk -F '\t' -v class="${class%%<*}" '$1 == class { print $3 " " }' |
        grep -q " $(interface) "; then whole=yes; fi
      ;;
  esac
  # A design of the tree keeps its name.
  name=${name//[^a-z0-9_]/_}
  if grep -qxF -- "$system/$name" <<<"$(all_names "$honest_folders")"; then name=my_$name; fi
}

# The one file that is compiled: theirs, our wrapper, and the line that registers it. A main of theirs is not ours.
write_guest() {
  if [ -n "$library" ]; then
    cat <<TEXT
#include "bench/guests/libraries/${system}.hpp"
namespace {
[[maybe_unused]] const bool registered = contend::$system::register_library("$name", "$file");
}
TEXT
  else
    [ -z "$made" ] || printf '#define CONTEND_MADE_GUEST %s\n' "$made"
    cat <<TEXT
#include <string>
#define main main_of_the_guest
#include "$file"
#undef main
TEXT
    if [ -f "$wrapper" ]; then
      printf '#include "bench/guests/plain/%s.hpp"\n' "$system"
      registering="contend::$system::register_guest<$class>"
    else
      printf '#include "bench/guests/guest.hpp"\n#include "impls/%s/%s.hpp"\n' "$system" "$system"
      registering="contend::register_whole_guest<contend::$system::$(pascal_case "$system"), $class>"
    fi
    cat <<TEXT
namespace {
[[maybe_unused]] const bool registered = $registering("$name");
}
TEXT
  fi >"$work/guest.cpp"
}

# What a class must offer, as the wrapper's own file says it.
must_offer() {
  if [ -f "$wrapper" ]; then
    sed -n '/^\/\/ A /,/^\/\/ Known by/{/^\/\/ Known by/!s!^// !  !p}' "$wrapper"
  else
    echo "  A class for $system derives from contend::$system::$(interface) of impls/$system/$system.hpp; bench/judge --new writes one."
  fi
}

# Why it does not compile: what the wrapper misses, or what the compiler says of their own file, or all.
explain_compiler() {
  local said=$1 missing theirs
  missing=$(sed -nE 's!.*bench/guests/.*static assertion failed[^:]*: !  !p' "$said" | sort -u)
  theirs=$(grep -E "^($asked|$file|.*/$(basename "$file")):.*error" "$said" | head -n 8 | sed "s!^$file!$asked!" || true)
  if [ -n "$theirs" ]; then
    say "'$asked' does not compile:"
    cut -c 1-200 <<<"$theirs" >&2
  elif [ -n "$missing" ]; then
    say "$class of '$asked' compiles, but cannot be judged as a $system:"
    say "$missing"
    must_offer >&2
  else
    say "'$asked' does not compile as a $system:"
    sed "s!$root/!!g" "$said" | grep -E 'error|note:' | head -n 12 | cut -c 1-200 >&2 || true
    must_offer >&2
  fi
  say "All that the compiler said is in $said."
}

# compile_guest PRESET: once for each, and ends with the compiler's words where it cannot.
compile_guest() {
  local object=CMakeFiles/$system.dir/impls/$system/designs/reference.cpp.o said=$work/$1.compiler
  [ ! -f "$work/$1.made" ] || return 0
  if ! compile_as "$root/build/$1" "$object" "$work/guest.cpp" "$work/$1.o" >"$said" 2>&1; then
    explain_compiler "$said"
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
