# The names of systems and designs, read from the tree, so that they are known before anything is built. Sourced by setup.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # setup.sh declares the root and the exit codes, and what sources it uses the rest

# all_names FOLDERS: systems and system/design, a line each. FOLDERS is impls/*/designs, or stress/broken/* for the broken designs.
all_names() {
  local file system
  # shellcheck disable=SC2231  # FOLDERS is a pattern
  for file in "$root"/$1/*.cpp; do
    system=${file#"$root"/*/}
    system=${system#broken/}
    system=${system%%/*}
    printf '%s\n%s/%s\n' "$system" "$system" "$(basename "$file" .cpp)"
  done | sort -u
}

# nearest NAME: the line of the input that needs the fewest edits to become it (Levenshtein's distance).
nearest() {
  awk -v name="$1" '
    function least(a, b) { return a < b ? a : b }
    {
      for (j = 0; j <= length($0); ++j) row[j] = j
      for (i = 1; i <= length(name); ++i) {
        diagonal = row[0]
        row[0] = i
        for (j = 1; j <= length($0); ++j) {
          replaced = diagonal + (substr(name, i, 1) != substr($0, j, 1))
          diagonal = row[j]
          row[j] = least(replaced, least(row[j], row[j - 1]) + 1)
        }
      }
      if (NR == 1 || row[length($0)] < fewest) { fewest = row[length($0)]; found = $0 }
    }
    END { print found }'
}

# list_names FOLDERS WHAT: the list of one_system, or of all, where no program can print it yet.
list_names() {
  all_names "$1" | grep "^${one_system:-.*}/"
  say "This is read from the tree. Once built, --list also shows $2."
}

# read_names FOLDERS ARGUMENT...: checks the names among the arguments of bench/run or stress/run, and sets `one_system` to the
# system that all of them belong to; to nothing where there are several, or none is named.
one_system=
read_names() {
  local known argument previous='' several=''
  known=$(all_names "$1")
  shift
  for argument in "$@"; do
    case $previous in
      '' | --list | --dry-run | --json | --broken | --small | --*=* | [!-]*) # before a name; other options have a value
        if [[ $argument == [!0-9-]* ]]; then
          grep -qxF -- "$argument" <<<"$known" || fail "$exit_usage" "No system or design is called '$argument';" \
            "did you mean '$(nearest "$argument" <<<"$known")'? --list shows all."
          [ "${one_system:-${argument%%/*}}" = "${argument%%/*}" ] || several=yes
          one_system=${argument%%/*}
        fi
        ;;
    esac
    previous=$argument
  done
  [ -z "$several" ] || one_system=
}
