# What Contend needs, and how it gets there. Sourced by setup.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # setup.sh uses the lists and declares the exit codes

# Debian's and Ubuntu's names. Contend needs Boost 1.81 or newer, and Boost has its URL library since 1.81: the package of
# that library, under whichever version the release has it, brings the right Boost. % is the version of clang.
base_packages=(g++ cmake ninja-build ccache libgtest-dev libgmock-dev libbenchmark-dev 'libboost-url*-dev' libtbb-dev
  libgumbo-dev libxxhash-dev libcli11-dev nlohmann-json3-dev libfmt-dev libjs-chart.js)
sanitizer_packages=(clang-% libclang-rt-%-dev llvm-%)
oldest_clang=19

# The clang++ that is there and new enough, 19 before newer ones; nothing where there is none.
sanitizer_compiler() {
  local version
  for ((version = oldest_clang; version < oldest_clang + 20; ++version)); do
    if command -v "clang++-$version"; then return; fi
  done
  version=$(clang++ -dumpversion 2>/dev/null) || return 0
  [ "${version%%.*}" -lt "$oldest_clang" ] || command -v clang++
}
# It understands the notes of that compiler, and Debian's stands beside its clang.
llvm_symbolizer() { echo "$(dirname "$(readlink -f "$(sanitizer_compiler)")")/llvm-symbolizer"; }

# Where the names of Debian's packages are asked for: the version of clang that is there, or else the next that apt has.
clang_version() {
  local there
  there=$(sanitizer_compiler)
  if [[ $there == *-* ]]; then
    echo "${there##*-}"
  else
    apt-cache search --names-only '^clang-[0-9]+$' | sed 's/^clang-\([0-9]*\) .*/\1/' | sort -n |
      awk -v oldest="$oldest_clang" '$1 >= oldest && !found { print; found = 1 }'
  fi
}

# name_in_release NAME: what the release calls it: without a version by preference, or else the newest; nothing if apt has none.
name_in_release() {
  local names
  names=$(apt-cache search --names-only "^$(sed 's/[.+]/\\&/g; s/\*/[0-9.]*/' <<<"${1/'%'/$(clang_version)}")\$" | cut -d ' ' -f 1)
  if grep -xF "${1/'*'/}" <<<"$names"; then return; fi
  sort -V <<<"$names" | tail -n 1
}

is_installed() {
  dpkg-query -W -f '${db:Status-Status}\n' "${1/'%'/$(clang_version)}" 2>/dev/null | grep -qx installed
}

# by_hand PACKAGE...: the sentence for a system on which Contend cannot install anything by itself.
by_hand() {
  case " $(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' /etc/os-release 2>/dev/null | tr -d '"' | tr '\n' ' ')" in
    *' fedora '*)
      echo "On Fedora: dnf install gcc-c++ libatomic cmake ninja-build ccache gtest-devel gmock-devel google-benchmark-devel" \
        "boost-devel tbb-devel gumbo-parser-devel xxhash-devel cli11-devel json-devel fmt-devel clang compiler-rt llvm" ;;
    *' arch '*)
      echo "On Arch: pacman -S --needed gcc cmake ninja ccache gtest benchmark boost onetbb gumbo-parser xxhash cli11" \
        "nlohmann-json fmt clang compiler-rt llvm" ;;
    *) echo "Install these Debian packages, or what holds the same, by hand: ${*//'*'/}" ;;
  esac
}

# install_missing PACKAGE...: installs those that are not there; says what to do where it cannot.
install_missing() {
  local missing=() names=() as_root=() package name log
  [ "$(uname -s)" = Linux ] || fail "$exit_environment" "Contend needs Linux, for its timers and for /proc. Run it in a container:" \
    "brew install podman; podman run --rm -v \"\$PWD:/contend\" debian:13 /contend/tests/run"
  if ! command -v dpkg-query >/dev/null; then
    # Not a Debian: a toolchain installed by hand may do, and CMake names what it does not find.
    if command -v cmake >/dev/null && command -v ninja >/dev/null; then return 0; fi
    fail "$exit_environment" "cmake or ninja is missing, and there is no apt-get here." "$(by_hand "$@")"
  fi
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0

  command -v apt-get >/dev/null || fail "$exit_environment" "Packages are missing, and there is no apt-get here." "$(by_hand "${missing[@]}")"
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "$exit_environment" \
      "Packages are missing, and only root (or sudo without a password) may install them." "$(by_hand "${missing[@]}")"
    as_root=(sudo -n)
  fi
  log=$(mktemp)
  say "Looking for packages ..."
  "${as_root[@]}" apt-get update -qq >"$log" 2>&1 </dev/null || could_not_install "$log" "${missing[@]}"
  for package in "${missing[@]}"; do
    name=$(name_in_release "$package")
    [ -n "$name" ] || fail "$exit_environment" "No package of this release is called '$package': it is too old for Contend." \
      "In a container: docker run --rm -v \"\$PWD:/contend\" debian:13 /contend/tests/run"
    names+=("$name")
  done
  say "Installing missing packages: ${names[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" \
    >"$log" 2>&1 </dev/null || could_not_install "$log" "${names[@]}"
  rm -f "$log"
}

could_not_install() {
  local log=$1
  shift
  tail -n 10 "$log" >&2
  fail "$exit_environment" "apt-get could not install them (is there a network?); the whole log is $log." "$(by_hand "$@")"
}
