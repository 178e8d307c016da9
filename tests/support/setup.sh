# What bench/run, stress/run and tests/run share: installing what is missing and building quietly. Sourced, not run.
# shellcheck shell=bash
# shellcheck disable=SC2034  # what sources this file uses the rest

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly exit_usage=2
readonly exit_environment=4

base_packages=(g++ cmake ninja-build ccache libgtest-dev libgmock-dev libbenchmark-dev libboost1.81-dev libboost-url1.81-dev libtbb-dev libgumbo-dev
  libcli11-dev nlohmann-json3-dev libfmt-dev libjs-chart.js)
sanitizer_packages=(clang-19 libclang-rt-19-dev llvm-19)

trap 'exit 130' INT

say() { printf '%s\n' "$*" >&2; }

# fail CODE SENTENCE...
fail() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

# install_missing PACKAGE...: installs those of the Debian packages that are not there; says what to do where it cannot.
install_missing() {
  local missing=() package log
  if ! command -v dpkg-query >/dev/null; then
    # Not a Debian: a toolchain installed by hand may do, and CMake names what it does not find.
    if command -v cmake >/dev/null && command -v ninja >/dev/null; then return 0; fi
    fail "$exit_environment" "This is not a Debian or Ubuntu, and cmake or ninja is missing." \
      "Install what these Debian packages hold, then run this again: $*"
  fi
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local by_hand="Install by hand, then run this again: ${missing[*]}"
  command -v apt-get >/dev/null || fail "$exit_environment" "Packages are missing, and there is no apt-get here. $by_hand"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null ||
      fail "$exit_environment" "Packages are missing, and only root (or sudo without a password) may install them. $by_hand"
    as_root=(sudo -n)
  fi
  say "Installing missing packages: ${missing[*]}"
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 10 "$log" >&2
    fail "$exit_environment" "apt-get could not install them (is there a network?); the whole log is $log. $by_hand"
  fi
  rm -f "$log"
}

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

# build PRESET TARGET...: configures a new folder, builds, and prints nothing when there is nothing to do.
build() {
  local preset=$1 folder=$root/build/$1 log=$root/build/$1.log
  shift
  mkdir -p "$root/build"
  # CMake reruns itself when a file is added or changed; configuring by hand is for a new folder only.
  if [ ! -f "$folder/build.ninja" ]; then
    (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 || show_failure "Configuring" "$log"
  fi
  (cd "$root" && ninja -C "$folder" "$@") 2>&1 | tee "$log" | show_progress "$preset" || show_failure "Building" "$log"
}

show_failure() {
  tail -n 40 "$2" >&2
  fail "$exit_environment" "$1 failed; the whole log is $2"
}
