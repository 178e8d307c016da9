# What bench/run, stress/run and tests/run share: installing what is missing and building quietly. Sourced, not run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly exit_environment=4

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$@"
  exit "$exit_environment"
}

base_packages=(g++ cmake ninja-build ccache git ca-certificates libgtest-dev libgmock-dev libbenchmark-dev libboost1.81-dev
  libtbb-dev libcli11-dev nlohmann-json3-dev libfmt-dev libjs-chart.js)
sanitizer_packages=(clang-19 libclang-rt-19-dev llvm-19)

# install_missing PACKAGE...: installs those of the Debian packages that are not there; says what to do where it cannot.
install_missing() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local by_hand="Install by hand, then run this again: ${missing[*]}"
  command -v apt-get >/dev/null || fail "This needs packages that are missing, and there is no apt-get here." "$by_hand"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "This needs packages that are missing, and only root may install them." "$by_hand"
    as_root=(sudo -n)
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "apt-get could not install them (is there a network?). $by_hand"
  fi
  rm -f "$log"
}

# build PRESET TARGET...: configures once, builds, prints nothing when there is nothing to do.
build() {
  local preset=$1
  shift
  local folder=$root/build/$preset log=$root/build/$preset.log
  mkdir -p "$root/build"
  # cmake asks git nothing and reruns itself when a file is added: configuring again is for a new folder only.
  if [ ! -f "$folder/build.ninja" ]; then
    (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 || show_failure "$log" "configuring"
  fi
  if (cd "$root" && ninja -C "$folder" -n "$@" 2>/dev/null) | grep -q 'no work to do'; then return 0; fi
  say "Building ($preset) ..."
  local start=$SECONDS
  if [ -t 2 ]; then
    (cd "$root" && ninja -C "$folder" "$@") 2>&1 | tee "$log" |
      while IFS= read -r line; do
        case $line in '['*) printf '\r\033[K%.100s' "$line" >&2 ;; esac
      done
    local status=${PIPESTATUS[0]}
    printf '\r\033[K' >&2
  else
    local status=0
    (cd "$root" && ninja -C "$folder" "$@") >"$log" 2>&1 || status=$?
  fi
  [ "$status" -eq 0 ] || show_failure "$log" "building"
  say "Built in $((SECONDS - start)) s."
}

show_failure() {
  tail -n 40 "$1" >&2
  fail "$2 failed; the whole log is $1"
}
