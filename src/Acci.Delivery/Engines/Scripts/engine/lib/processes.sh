# shellcheck shell=bash
# Telling our processes from everybody else's, and ending only ours. Sourced, never run. Needs common.sh.

# The program a process runs, also when its file is gone; empty for a process that has ended.
program_of() {
  local path
  path=$(readlink "/proc/$1/exe" 2>/dev/null) || return 0
  printf '%s\n' "${path% (deleted)}"
}

# is_ours PID FOLDER [NAME] : the process lives and runs a program from FOLDER, or the program NAME from it. A process id is reused, a pid file alone says nothing.
is_ours() {
  local program
  [[ -n ${1:-} ]] && program=$(program_of "$1") && [[ $program == "$2"/* && ( -z ${3:-} || $program == */"$3" ) ]] && is_here "$1" "$2"
}

# is_here PID FOLDER : the process is in our process table, or in one that a process of ours has made. A machine also sees the processes of its containers, which may
# have a folder at the same path, or this one. Source: proc_pid_status(5), NSpid.
is_here() {
  local ids parent
  read -r ids parent < <(awk '/^NSpid:/ { ids = NF - 1 } /^PPid:/ { parent = $2 } END { print ids + 0, parent + 0 }' "/proc/$1/status" 2>/dev/null) || return 1
  ((ids < 2)) || is_ours "$parent" "$2"
}

# processes_from FOLDER [NAME] : the processes that are ours.
processes_from() {
  local process
  for process in /proc/[0-9]*; do
    if is_ours "${process#/proc/}" "$@"; then printf '%s\n' "${process#/proc/}"; fi
  done
}

alive() { [[ -e /proc/$1 && $(awk '/^State:/ { print $2 }' "/proc/$1/status" 2>/dev/null) != [ZX] ]]; }

# wait_for_end SECONDS PID… : true when all of them have ended.
wait_for_end() {
  local turns=$(($1 * 20)) pid left
  shift
  while :; do
    left=''
    for pid in "$@"; do if alive "$pid"; then left=yes; fi; done
    [[ -n $left ]] || return 0
    ((turns-- > 0)) || return 1
    sleep 0.05
  done
}

# end SECONDS PID… : asks them to end, and ends those by force that have not after SECONDS.
end() {
  local seconds=$1
  shift
  [[ $# -gt 0 ]] || return 0
  kill -TERM "$@" 2>/dev/null || true
  wait_for_end "$seconds" "$@" && return
  kill -KILL "$@" 2>/dev/null || true
  wait_for_end 5 "$@" || say "engine: processes $* do not end"
}

# What a daemon keeps of the caller's environment: the way to the network. All else would change what it does, such as REGISTRY_HTTP_DEBUG_ADDR, or stay
# readable in it for as long as it runs. The caller's temporary folder may be a job's, and be gone before the daemon is; so may folders in the caller's PATH,
# or hold other programs by then.
readonly DAEMON_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
readonly -a DAEMON_VARIABLES=(LC_ALL SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy)

# become_daemon HOME PROGRAM ARGUMENT… : becomes the program, in a session of its own and with an environment of its own. It finds programs beside itself,
# and the system's. The variables are dropped by name: a value among arguments could be read by everybody.
become_daemon() {
  local name drop=() home=$1
  shift
  mkdir -p -m 700 "$home/tmp"
  while IFS= read -r name; do
    if [[ " ${DAEMON_VARIABLES[*]} " != *" $name "* ]]; then drop+=(-u "$name"); fi
  done <<<"$(awk 'BEGIN { for (name in ENVIRON) print name }')"
  exec env "${drop[@]}" "HOME=$home" "TMPDIR=$home/tmp" "PATH=$PROGRAMS/bin:$DAEMON_PATH" setsid "$@"
}
