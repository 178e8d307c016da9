#!/usr/bin/env bash
# A broken design without its name: what is wrong with it? Called by stress/run --quiz.
set -euo pipefail
# shellcheck source=tests/support/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tests/support/setup.sh"

usage() {
  cat <<'TEXT'
Usage: stress/run --quiz [system] [--seed N]

Shows a broken design without its name and its comments, asks what is wrong with it, lets the attack find it, and tells.
The answer is read from standard input; --seed chooses the same question again.

Exit codes: 0 right, 1 wrong or no answer, 2 usage, 4 something could not be installed or built.
TEXT
}

system='' seed=$RANDOM
while [ $# -gt 0 ]; do
  case $1 in
    --quiz) ;;
    -h | --help)
      usage
      exit
      ;;
    --seed)
      [[ ${2:-} =~ ^[0-9]+$ ]] || fail "$exit_usage" "--seed needs a number."
      seed=$2
      shift
      ;;
    -*) fail "$exit_usage" "'$1' is no option of the quiz; --help names them." ;;
    *)
      [ -d "$root/stress/broken/$1" ] || fail "$exit_usage" "No system is called '$1'; they are: $(cd "$root/stress/broken" && echo *)"
      system=$1
      ;;
  esac
  shift
done
RANDOM=$seed

# The value of a field of the registration, on however many lines its text stands.
field_of() { # field_of FILE NAME
  tr '\n' ' ' <"$1" | grep -oE "\.$2 = (\"[^\"]*\" *)+" | sed -E "s/^[^\"]*\"//; s/\" *\"//g; s/\" *$//"
}
# What is left when comments, the registration and the names of what it registers are gone.
question() { # question FILE
  local name rename=
  for name in $(tr '\n' ' ' <"$1" | grep -oE 'register_broken<[^(]*' | grep -oE '[A-Za-z]+' | sort -u); do
    if grep -qE "(class|struct|using) $name\b" "$1"; then rename+="s/\b$name\b/Design/g;"; fi
  done
  sed -E '/^ *\/\//d; /open_window\(\);/d; /^#include/d; /^const bool registered/,/;$/d; /^namespace/d; /^}  \/\/ namespace/d; s! *// .*$!!' "$1" |
    sed -E "$rename" | cat -s
}

mapfile -t files < <(find "$root/stress/broken/${system:-.}" -name '*.cpp' -exec grep -l register_broken {} + | sort)
# In a design of a few lines the bug is in what they call.
file=${files[RANDOM % ${#files[@]}]}
until [ "$(question "$file" | wc -l)" -ge 12 ]; do file=${files[RANDOM % ${#files[@]}]}; done
system=$(basename "$(dirname "$file")") name=$(basename "$file" .cpp)
build release "stress_$system"

mapfile -t others < <(find "$root/stress/broken/$system" -name '*.cpp' ! -name "$name.cpp" -exec grep -l register_broken {} + | sort)
choices=("$(field_of "$file" bug)")
while [ ${#choices[@]} -lt 4 ]; do
  other=$(field_of "${others[RANDOM % ${#others[@]}]}" bug)
  for choice in "${choices[@]}"; do [ "$choice" != "$other" ] || other=; done
  [ -z "$other" ] || choices+=("$other")
done
right=$((RANDOM % 4))
first=${choices[0]}
choices[0]=${choices[right]} choices[right]=$first

echo "A design of $system; impls/$system/$system.hpp says what it must do:"
question "$file"
echo "What is wrong with it?"
for i in 0 1 2 3; do echo "  $((i + 1))  ${choices[i]}"; done
read -r -p "1 to 4: " guess || guess=
echo
[ "$guess" = "$((right + 1))" ] && verdict="Right" || verdict="No: it was $((right + 1))"
echo "$verdict. ${choices[right]^}. The rule that it breaks: $(field_of "$file" rule)."
echo "What the attack saw:"
"$root/build/release/stress_$system" "$system/$name" --broken 2>&1 | sed -n '1,24s/^/  /p' || true
echo "It is stress/broken/$system/$name.cpp; stress/run --hunt $system/$name --broken shows one schedule of it."
[ "$verdict" = Right ]
