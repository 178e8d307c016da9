#!/usr/bin/env bash
# Tries what the README promises: on a bare Debian, with nothing but a clone, the given command is enough.
#
#   sudo tests/bare_machine.sh 12                           bench/run --budget 3m and tests/run, each twice: the second
#                                                           run must build nothing
#   sudo tests/bare_machine.sh 13 bench/run --budget 1m
#
# The release is 12, 13, unstable, or whatever name debootstrap knows.
# Needs root, debootstrap and a network. Makes a minimal root in $BARE_ROOT (default: a new folder under /tmp, removed
# afterwards; a folder that is named is kept and used again) and clones the last commit into it.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
[ "$(id -u)" -eq 0 ] || { echo "This needs root, for chroot and mount." >&2; exit 4; }
command -v debootstrap >/dev/null || { echo "This needs debootstrap: apt-get install debootstrap" >&2; exit 4; }

case ${1:-} in
  12) release=bookworm ;;
  13) release=trixie ;;
  unstable) release=sid ;;
  '' | */* | -*) echo "Usage: tests/bare_machine.sh 12|13|unstable [command of the clone...]" >&2; exit 2 ;;
  *) release=$1 ;;
esac
shift

bare=${BARE_ROOT:-$(mktemp -d /tmp/bare.XXXXXX)}
mounted=()
clean_up() {
  local i
  for ((i = ${#mounted[@]} - 1; i >= 0; --i)); do umount "${mounted[i]}"; done
  # --one-file-system: should an unmount have failed, the machine's own /dev stays.
  [ -n "${BARE_ROOT:-}" ] || rm -rf --one-file-system "$bare"
}
trap clean_up EXIT
trap 'exit 130' INT

mount_at() { # mount_at PLACE MOUNT-ARGUMENTS...
  local place=$bare/$1
  shift
  mount "$@" "$place"
  mounted+=("$place")
}

[ -x "$bare/usr/bin/apt-get" ] || debootstrap --variant=minbase "$release" "$bare" "$mirror" >/dev/null
mount_at proc -t proc proc
mount_at sys -t sysfs -o ro sys
mount_at dev -o bind /dev
cp -L /etc/resolv.conf /etc/hosts "$bare/etc/"
# How this machine reaches its mirror: proxies, and mirrors that stand still.
grep -ls '^Acquire::' /etc/apt/apt.conf.d/* | xargs -r cp -t "$bare/etc/apt/apt.conf.d/" || true

rm -rf "$bare/contend"
git clone -q --no-hardlinks "$repository" "$bare/contend"

inside() { chroot "$bare" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
if [ $# -gt 0 ]; then
  inside "/contend/$1" "${@:2}"
  exit 0
fi
# twice COMMAND...: the second run must find everything built.
twice() {
  local second
  inside "$@"
  second=$(inside "$@" 2>&1)
  printf '%s\n' "$second" | tail -n 5
  if grep -qE 'Building|Installing' <<<"$second"; then
    echo "The second '$*' installed or built again." >&2
    exit 1
  fi
}
twice /contend/bench/run --budget 3m
twice /contend/tests/run
