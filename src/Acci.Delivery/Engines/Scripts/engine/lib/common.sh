# shellcheck shell=bash
# What every script here says and how it ends. Sourced, never run.
#
# stderr is for people, one line each; stdout carries KEY=VALUE lines for the caller. A failure is exactly one line that
# starts with `error: ` and a non-zero status.

set -Eeuo pipefail
export LC_ALL=C
# Where the caller's `cd` also looks is nothing to find a folder by.
unset CDPATH
# Folders made here are read by the engine's containers and by other users of the machine's tools, whatever the caller's umask is.
umask 022

# The status of a failure that has been reported: whoever sees it further up stays silent.
readonly REPORTED=90

say() { printf '%s\n' "$*" >&2; }

die() {
  trap - ERR
  printf 'error: %s\n' "$*" >&2
  exit "$REPORTED"
}

# A command that nobody expected to fail still ends in one line that says which one it was.
unexpected() {
  local status=$1 line=$2 command=$3
  if [[ $BASH_SUBSHELL -gt 0 || $status -eq $REPORTED ]]; then exit "$status"; fi
  die "$(basename "$0"), line $line: '$command' failed with status $status"
}
trap 'unexpected $? $LINENO "$BASH_COMMAND"' ERR

# Ctrl-C, a terminal that closes, or the caller giving up: what we started ends with us. The shell shields its background jobs from Ctrl-C.
interrupted() {
  trap '' INT TERM HUP
  local pids
  mapfile -t pids < <(descendants $$)
  if [[ ${#pids[@]} -gt 0 ]]; then kill -TERM "${pids[@]}" 2>/dev/null || true; fi
  printf 'error: interrupted; run it again, nothing half-done is kept\n' >&2
  exit 130
}
trap interrupted INT TERM HUP

descendants() {
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null || true); do
    if [[ $child != "$BASHPID" ]]; then
      descendants "$child"
      printf '%s\n' "$child"
    fi
  done
}

# The cache folder, made if it is not there, as an absolute path without symbolic links: /proc shows paths in that form.
cache_folder() {
  local folder=${1:-} problem
  [[ -n $folder ]] || die "$(basename "$0") needs the cache folder as its first argument, such as ~/.cache/acci"
  mkdir -p "$folder" 2>/dev/null || die "cannot make the cache folder $folder: name one that can be written"
  if [[ ! -w $folder ]]; then
    # A read-only file system keeps root out, too.
    problem=$(touch "$folder" 2>&1) || true
    die "the cache folder $folder cannot be written by user $(id -un)${problem:+ (${problem##*: })}: name another one, or change its owner"
  fi
  (cd "$folder" && pwd -P)
}

require_linux() {
  [[ $(uname -s) == Linux ]] || die "$1 runs on Linux only, this is $(uname -s): install Docker and start it, ACCI then uses that"
}

is_root() { [[ $(id -u) -eq 0 ]]; }

require_commands() {
  local command
  for command in "$@"; do
    type -P "$command" >/dev/null || die "the command $command is missing: install the package that has it and run this again"
  done
}

free_megabytes() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }

require_space() {
  local folder=$1 needed=$2 what=$3 free
  free=$(free_megabytes "$folder")
  [[ $free -ge $needed ]] || die "$what needs $needed MB free in $folder, has $free MB: free some space or name another cache folder"
}

# disk_is_full FOLDER LOG… : there is no room left, or a log says that there was none.
disk_is_full() {
  local folder=$1
  shift
  [[ $(free_megabytes "$folder") -lt 3 ]] || grep -qs 'No space left on device' "$@"
}

# What takes the place of an error's text where there is none: a full disk takes no log either.
readonly NO_MESSAGE='no message, as when the disk is full'

# The last line said in any of these logs.
last_line() {
  local line
  line=$(cat "$@" 2>/dev/null | tail -1)
  printf '%s\n' "${line:-$NO_MESSAGE}"
}

die_disk_full() { die "the disk with $1 is full: free some space or name another cache folder"; }

# Holds FILE's lock until this script ends. Children must be started with `9>&-`, or one that outlives us keeps the lock.
hold_lock() {
  local file=$1 what=$2
  mkdir -p "$(dirname "$file")"
  exec 9>>"$file"
  flock -n 9 && return
  say "$what: waiting for another run that is at it"
  flock 9
}
