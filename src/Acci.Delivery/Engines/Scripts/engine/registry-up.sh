#!/usr/bin/env bash
# registry-up.sh DIR : starts the local registry that fetch.sh put into DIR (group tools), on 127.0.0.1 only.
#
# Prints REGISTRY=127.0.0.1:PORT; PORT is 5600, or the next one that is free, and stays the same from then on. Does nothing
# but print when it is up. Needs no root. Manifests can be deleted.

here=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LIB=$here/lib
# shellcheck source=lib/common.sh
. "$LIB/common.sh"
# shellcheck source=lib/layout.sh
. "$LIB/layout.sh"
# shellcheck source=lib/processes.sh
. "$LIB/processes.sh"
# shellcheck source=lib/registry.sh
. "$LIB/registry.sh"

write_configuration() {
  local port=$1 data=${DATA//\\/\\\\} secret
  secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  # The secret signs upload addresses; it lives as long as this process.
  (umask 077 && cat >"$RUN/registry.yml") <<YAML
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: "${data//\"/\\\"}" }
  delete: { enabled: true }
http: { addr: "127.0.0.1:$port", secret: "$secret" }
YAML
}

# True when it answers; false when it ended, as it does when somebody took the port in between.
start_on() {
  local port=$1 pid turns=200
  write_configuration "$port"
  # In a session of its own and with no pipe of ours: a caller that reads our output to its end must not wait for it.
  become_daemon "$REGISTRY" "$PROGRAMS/bin/docker-registry" serve "$RUN/registry.yml" </dev/null >"$RUN/registry.log" 2>&1 9>&- &
  pid=$!
  disown
  printf '%s\n' "$pid" >"$RUN/pid"
  while ((turns-- > 0)); do
    alive "$pid" || return 1
    if registry_answers "$port" && alive "$pid"; then return 0; fi
    sleep 0.05
  done
  end 1 "$pid"
  return 1
}

main() {
  local port remembered=''
  require_linux "the local registry"
  CACHE=$(cache_folder "${1:-}")
  registry_paths
  if registry_is_up; then
    registry_print
    return
  fi
  PROGRAMS=$(group_folder tools)
  [[ -d $PROGRAMS ]] || die "the local registry is not in $CACHE: run fetch.sh $CACHE tools first"
  verify_programs "$PROGRAMS/bin/docker-registry"
  hold_lock "$REGISTRY/lock" registry
  if registry_is_up; then
    registry_print
    return
  fi
  registry_clean
  mkdir -p "$RUN" "$DATA"
  if [[ -f $REGISTRY/port ]]; then remembered=$(<"$REGISTRY/port"); fi
  for port in $remembered $(seq "${REGISTRY_PORTS[@]}"); do
    if port_is_taken "$port"; then continue; fi
    if start_on "$port"; then
      printf '%s\n' "$port" >"$REGISTRY/port"
      printf '%s\n' "$port" >"$RUN/ready"
      registry_print
      return
    fi
    grep -q 'address already in use' "$RUN/registry.log" || die "the local registry does not start: $(tail -1 "$RUN/registry.log" | cut -c1-300)"
  done
  die "the local registry found no free port on 127.0.0.1 from ${REGISTRY_PORTS[0]} to ${REGISTRY_PORTS[1]}: stop what listens there"
}

main "$@"
