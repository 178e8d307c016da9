# What bench/run, stress/run and tests/run share: names, installing what is missing, and building quietly. Sourced, not run.
# shellcheck shell=bash
# shellcheck disable=SC2034  # what sources this file uses the rest

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly exit_usage=2
readonly exit_environment=4

trap 'exit 130' INT

say() { printf '%s\n' "$*" >&2; }

# fail CODE SENTENCE...
fail() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

# shellcheck source=tests/support/packages.sh
source "$root/tests/support/packages.sh"
# shellcheck source=tests/support/names.sh
source "$root/tests/support/names.sh"

# Reads ninja's output: one line that is rewritten on a terminal, one plain line elsewhere, none when nothing is built.
show_progress() {
  local preset=$1 line announced=
  while IFS= read -r line; do
    case $line in
      '[0/'* | *'Re-checking globbed'*) ;; # the look at the folders that every build starts with
      '['[0-9]*)
        if [ -t 2 ]; then
          printf '\r\033[KBuilding (%s) %.90s' "$preset" "$line" >&2
        elif [ -z "$announced" ]; then
          say "Building ($preset) ..."
        fi
        announced=yes
        ;;
    esac
  done
  if [ -n "$announced" ] && [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# build PRESET TARGET...: installs what is missing, configures a new folder, builds; prints nothing when nothing is to do.
build() {
  local preset=$1 folder=$root/build/$1 log=$root/build/$1.log compiler=()
  shift
  install_missing "${base_packages[@]}"
  case $preset in
    tsan | asan-ubsan | fuzz | hunt)
      install_missing "${sanitizer_packages[@]}"
      compiler=(-D "CMAKE_CXX_COMPILER=$(basename "$(sanitizer_compiler)")")
      [ "${compiler[1]##*=}" ] || fail "$exit_environment" "The sanitizers need clang $oldest_clang or newer. $(by_hand "${sanitizer_packages[@]}")"
      ;;
  esac
  mkdir -p "$root/build"
  # CMake reruns itself when a file is added or changed; configuring by hand is for a new folder, and for one without -Werror
  # when CI asks for it.
  if [ ! -f "$folder/build.ninja" ] ||
    { [ -n "${CI:-}" ] && ! grep -q "^CMAKE_COMPILE_WARNING_AS_ERROR:.*=$CI\$" "$folder/CMakeCache.txt"; }; then
    (cd "$root" && cmake --preset "$preset" "${compiler[@]}") >"$log" 2>&1 || show_failure "Configuring" "$log"
  fi
  (cd "$root" && ninja -C "$folder" "$@") 2>&1 | tee "$log" | show_progress "$preset" || show_failure "Building" "$log"
}

# The folder of what is known of the designs on the sources as they are now, committed or not: files tests, attacks and races
# with lines "system/implementation ok|failed". tests/run and stress/run fill it, bench/run reads it.
checks_folder() {
  local sources
  sources=$(cd "$root" && find impls bench/peers stress tests -type f | LC_ALL=C sort | xargs sha256sum | sha256sum)
  mkdir -p "$root/build/checks/${sources:0:12}"
  echo "$root/build/checks/${sources:0:12}"
}

# record_checks KIND < "system/implementation outcome" lines, an outcome being ok or anything else: one line a design.
record_checks() {
  awk '{ if ($2 != "ok") bad[$1] = 1; seen[$1] = 1 } END { for (design in seen) print design, design in bad ? "failed" : "ok" }' |
    sort >>"$(checks_folder)/$1"
}

show_failure() {
  tail -n 40 "$2" >&2
  command -v dpkg-query >/dev/null || say "$(by_hand "${base_packages[@]}")"
  fail "$exit_environment" "$1 failed; the whole log is $2"
}
