# How an ordinary program becomes one that the hunt explores. Sourced by stress/run and by the tests, not run.
# shellcheck shell=bash disable=SC2154 # root is set by tests/support/setup.sh, which whoever sources this has sourced

# Clang, which announces more by itself, or what CONTEND_HUNT_CXX names, such as g++ for a second opinion.
hunted_compiler() { echo "${CONTEND_HUNT_CXX:-$(sanitizer_compiler)}"; }

# Names of variables, and columns, are known to llvm-symbolizer alone.
find_symbolizer() {
  local symbolizer
  symbolizer=$(llvm_symbolizer)
  if [ -x "$symbolizer" ]; then export CONTEND_SYMBOLIZER=${CONTEND_SYMBOLIZER:-$symbolizer}; fi
}

# compile_hunted COMPILER FOLDER PROGRAM SOURCE... -- OPTION...: compiles the sources for the hunt and links them to it. FOLDER is
# the one where the preset hunt is built.
compile_hunted() {
  local compiler=$1 folder=$2 program=$3 source object sources=() objects=() options=() libraries=()
  shift 3
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    sources+=("$1")
    shift
  done
  [ $# -eq 0 ] || shift
  options=("$@")
  grep -qE '#include <(oneapi/)?tbb/' "${sources[@]}" && libraries+=(-ltbb)
  mkdir -p "$(dirname "$program")"
  for source in "${sources[@]}"; do
    object=$program.$(basename "$source").o
    "$compiler" -std=c++20 -O1 -g -mcx16 -fno-omit-frame-pointer -fno-pie -fsanitize=thread -I "$root" "${options[@]}" -c "$source" -o "$object" || return
    # g++ leaves these to be caught in the C library; clang calls them by the other names itself.
    objcopy --redefine-sym memcpy=__tsan_memcpy --redefine-sym memmove=__tsan_memmove --redefine-sym memset=__tsan_memset "$object" || return
    # Its main is the scenario; a macro would make a main without a return statement undefined.
    objcopy --redefine-sym main=hunted_main "$object" || return
    objects+=("$object")
  done
  "$compiler" -no-pie "${objects[@]}" -Wl,--whole-archive "$folder/libhunt_program.a" -Wl,--no-whole-archive \
    "${options[@]}" "${libraries[@]}" -lfmt -latomic -ldl -lpthread -o "$program"
}
