# The names of systems and designs, read from the tree, so that they are known before anything is built. Sourced by setup.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # setup.sh declares the root and the exit codes, and what sources it uses the rest

# What is measured and attacked: designs, and the peers beside them.
readonly honest_folders='impls/*/designs bench/peers/*'

# all_names FOLDERS: systems and system/design, a line each. FOLDERS is a list of patterns: honest_folders, or stress/broken/* for the
# broken designs.
all_names() {
  local patterns folders file system
  read -ra patterns <<<"$1"
  # shellcheck disable=SC2231  # they are patterns
  for folders in "${patterns[@]}"; do
    for file in "$root"/$folders/*.cpp; do
      system=${file#"$root"/*/}
      system=${system#broken/}
      system=${system#peers/}
      system=${system%%/*}
      printf '%s\n%s/%s\n' "$system" "$system" "$(basename "$file" .cpp)"
    done
  done | sort -u
}

# nearest NAME: the line of the input that needs the fewest edits to become it (Levenshtein's distance). A name without a slash may
# stand for the last part of a line.
nearest() {
  awk -v name="$1" '
    function least(a, b) { return a < b ? a : b }
    function edits(known,   i, j, diagonal, replaced, row) {
      for (j = 0; j <= length(known); ++j) row[j] = j
      for (i = 1; i <= length(name); ++i) {
        diagonal = row[0]
        row[0] = i
        for (j = 1; j <= length(known); ++j) {
          replaced = diagonal + (substr(name, i, 1) != substr(known, j, 1))
          diagonal = row[j]
          row[j] = least(replaced, least(row[j], row[j - 1]) + 1)
        }
      }
      return row[length(known)]
    }
    {
      needed = edits($0)
      if (name !~ "/") needed = least(needed, edits(substr($0, index($0, "/") + 1)))
      if (NR == 1 || needed < fewest) { fewest = needed; found = $0 }
    }
    END { print found }'
}

# did_you_mean NAME: "did you mean 'a' or 'b'?", of the input: the lines that end as the name does, whatever system it was asked of;
# else the nearest.
did_you_mean() {
  local known meant
  known=$(cat)
  meant=$(grep -E "/${1##*/}\$" <<<"$known" || nearest "$1" <<<"$known")
  awk '{ names = NR == 1 ? "" : names (NR == 2 ? "" : ", ") last; last = "\047" $0 "\047" }
    END { print "did you mean " names (NR > 1 ? " or " : "") last "?" }' <<<"$meant"
}

# refuse_name NAME FOLDERS KNOWN: ends with a sentence about a name that is not among those that the folders tell.
refuse_name() {
  local other_folders='stress/broken/*' other='is broken on purpose: stress/run --broken attacks it'
  if [ "$2" = "$other_folders" ]; then other_folders=$honest_folders other='is not broken: leave --broken out'; fi
  ! all_names "$other_folders" | grep -qE "(^|/)$1\$" || fail "$exit_usage" "'$1' $other."
  fail "$exit_usage" "No system or design is called '$1'; $(did_you_mean "$1" <<<"$3") --list shows all."
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
  local folders=$1 known argument previous='' several=''
  known=$(all_names "$folders")
  shift
  for argument in "$@"; do
    case $previous in
      '' | --list | --dry-run | --json | --broken | --small | --*=* | [!-]*) # before a name; other options have a value
        if [[ $argument == [!0-9-]* ]]; then
          grep -qxF -- "$argument" <<<"$known" || refuse_name "$argument" "$folders" "$known"
          [ "${one_system:-${argument%%/*}}" = "${argument%%/*}" ] || several=yes
          one_system=${argument%%/*}
        fi
        ;;
    esac
    previous=$argument
  done
  [ -z "$several" ] || one_system=
}
