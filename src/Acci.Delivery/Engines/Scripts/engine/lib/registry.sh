# shellcheck shell=bash
# The local registry's folder, port and process. Sourced, never run. Needs common.sh, layout.sh and processes.sh.
#
#   registry/data   what was pushed     registry/port   the port it was given, kept for the next start
#   registry/run/<namespaces>   configuration, process id, log: what is there only while it runs

registry_paths() {
  REGISTRY=$CACHE/registry
  # A container may have the same cache folder at the same path. Its loopback and its process ids are others, so each has a registry of its own for the
  # one data folder. The folder's name is part of the process's command, and tells them apart where one sees the other's processes.
  RUN=$REGISTRY/run/$(stat -Lc %i /proc/self/ns/net)-$(stat -Lc %i /proc/self/ns/pid)
  # shellcheck disable=SC2034 # for the scripts that source this
  DATA=$REGISTRY/data
}

# serves_this PID : the process serves this registry. Others run the same program for registries of their own.
serves_this() {
  is_ours "$1" "$CACHE/tools" docker-registry && tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxF -- "$RUN/registry.yml"
}

registry_is_up() {
  [[ -f $RUN/ready && -f $RUN/pid ]] && serves_this "$(<"$RUN/pid")"
}

registry_print() { printf 'REGISTRY=127.0.0.1:%s\n' "$(<"$RUN/ready")"; }

# Somebody listens on the port of the loopback address.
port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Something on the port answers as a registry does.
registry_answers() {
  local status
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET /v2/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  read -r -t 5 -u 3 _ status _ || status=''
  exec 3>&-
  [[ $status == 200 ]]
}

registry_clean() {
  local pid pids=()
  for pid in $(processes_from "$CACHE/tools" docker-registry); do
    if serves_this "$pid"; then pids+=("$pid"); fi
  done
  end 5 "${pids[@]}"
  rm -rf "$RUN" "$REGISTRY/tmp"
}
