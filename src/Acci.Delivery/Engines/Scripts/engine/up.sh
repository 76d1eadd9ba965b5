#!/usr/bin/env bash
# up.sh DIR : starts the private engine that fetch.sh put into DIR, with a socket, bridge and data folder of its own.
#
# Prints DOCKER_HOST=, DOCKER_CONFIG= and ENGINE_PATH= (a folder of programs to put first in PATH). Does nothing but print
# when it is up. Cleans up first after an engine that was killed. As root it does not run beside another Docker engine; as any
# other user it has its own network.

here=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LIB=$here/lib
# shellcheck source=lib/common.sh
. "$LIB/common.sh"
# shellcheck source=lib/recipe.sh
. "$LIB/recipe.sh"
# shellcheck source=lib/layout.sh
. "$LIB/layout.sh"
# shellcheck source=lib/processes.sh
. "$LIB/processes.sh"
# shellcheck source=lib/network.sh
. "$LIB/network.sh"
# shellcheck source=lib/engine.sh
. "$LIB/engine.sh"
# shellcheck source=lib/rootless.sh
. "$LIB/rootless.sh"

# Text as a JSON string's content.
json() { local text=${1//\\/\\\\}; printf '%s' "${text//\"/\\\"}"; }

# Root's network is made here; without root the engine makes its own, in its own namespace.
network_configuration() {
  if is_root; then
    printf '%s\n' "\"bridge\": \"$BRIDGE\"," '"iptables": false,' "\"cgroup-parent\": \"/$CGROUP\","
  else
    printf '%s\n' "\"bip\": \"$1.0.1/24\","
  fi
}

write_configuration() {
  local prefix=$1 mtu=$2 programs=$3 run data
  run=$(json "$RUN") data=$(json "$DATA") programs=$(json "$programs")
  # Without root and with cgroupfs the engine uses no cgroups: whether this user may make any depends on the session.
  cat >"$RUN/daemon.json" <<JSON
{
  "features": { "containerd-snapshotter": true },
  "hosts": ["unix://$run/docker.sock"],
  "data-root": "$data",
  "exec-root": "$run/exec",
  "pidfile": "$run/dockerd.pid",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  $(network_configuration "$prefix")
  "ip6tables": false,
  "ip-forward": true,
  "mtu": $mtu,
  "default-network-opts": { "bridge": { "com.docker.network.driver.mtu": "$mtu" } },
  "default-address-pools": [{ "base": "$prefix.128.0/17", "size": 24 }],
  "userland-proxy": true,
  "userland-proxy-path": "$programs/bin/docker-proxy",
  "init-path": "$programs/bin/docker-init",
  "shutdown-timeout": 5
}
JSON
}

# The docker command's configuration outlives a recipe (builders and logins are kept in it), so its plugins are linked anew.
link_plugins() {
  local programs=$1 plugin
  mkdir -p "$CLIENT/cli-plugins"
  for plugin in docker-buildx docker-compose; do ln -sfn "$programs/cli-plugins/$plugin" "$CLIENT/cli-plugins/$plugin"; done
}

# A daemon that was killed a moment ago may still be counted as running by the next one, and one whose machine is busy gives containerd 15 seconds: each is worth
# another try.
start_daemon() {
  local attempt
  for attempt in 1 2 3; do
    spawn_daemon
    wait_until_ready && return
    grep -qE 'process with PID .* is still running|timeout waiting for containerd to start' "$RUN/dockerd.log" || break
    rm -f "$RUN/dockerd.pid"
    sleep "0.$((attempt * 3))"
  done
  local reason
  reason=$(grep -E 'level=(fatal|error)|failed to start' "$RUN/dockerd.log" | tail -1 | sed -E 's/^.*msg=//' | cut -c1-300 || true)
  # Without root the engine may not have come as far as that.
  [[ -n $reason ]] || reason=$(sed -n 's/^\[rootlesskit:[^]]*\] error: //p' "$RUN/dockerd.log" | head -1 | cut -c1-300)
  [[ -n $reason ]] || reason=$(tail -1 "$RUN/dockerd.log" | cut -c1-300)
  cp -f "$RUN/dockerd.log" "$ENGINE/last-failure.log"
  engine_clean
  die "the private engine does not start: ${reason:-no message}; its log is $ENGINE/last-failure.log"
}

# In a session of its own and with no pipe of ours: a caller that reads our output to its end must not wait for the daemon.
# In /, because the folder this was started from may be deleted, and the daemon's own programs do not run in one that is gone.
# The lock ends with the last of its processes.
spawn_daemon() {
  local daemon=("$PROGRAMS/bin/dockerd" --config-file "$RUN/daemon.json")
  mkdir -p "$ENGINE"
  (cd / && exec 8>>"$ENGINE/alive" && flock -s 8 && if is_root; then become_daemon "$ENGINE" "${daemon[@]}"; else rootless_become "${daemon[@]}"; fi </dev/null >"$RUN/dockerd.log" 2>&1 9>&-) &
  DAEMON=$!
  disown
  printf '%s\n' "$DAEMON" >"$RUN/docker.pid"
}

wait_until_ready() {
  local limit=$((SECONDS + 180))
  while ((SECONDS < limit)); do
    if [[ -S $RUN/docker.sock ]] && DOCKER_HOST=unix://$RUN/docker.sock DOCKER_CONFIG=$CLIENT timeout 10 "$PROGRAMS/bin/docker" version >/dev/null 2>&1 9>&-; then return 0; fi
    alive "$DAEMON" || return 1
    sleep 0.05
  done
  return 1
}

main() {
  local prefix mtu
  require_linux "the private engine"
  [[ $# -eq 1 ]] || die "usage: up.sh DIR"
  CACHE=$(cache_folder "${1:-}")
  engine_paths
  PROGRAMS=$(group_folder engine)
  if engine_is_up; then
    # It may run from an earlier recipe's programs; the commands that are used with it are this one's.
    if [[ -d $PROGRAMS ]]; then link_plugins "$PROGRAMS"; else PROGRAMS=$(engine_programs); fi
    engine_print
    return
  fi
  require_short_path
  [[ -d $PROGRAMS ]] || die "the private engine is not in $CACHE: run fetch.sh $CACHE engine first"
  verify_group "$PROGRAMS"
  export PATH=$PROGRAMS/bin:$PATH:/usr/sbin:/sbin
  require_commands flock setsid awk ip iptables
  hold_lock "$ENGINE/lock" engine
  # Whoever held the lock may have started it.
  if engine_is_up; then
    engine_print
    return
  fi
  require_engine_is_here
  if is_root; then require_no_other_engine; else require_commands newuidmap newgidmap; fi
  require_kernel
  engine_clean
  say "engine: starting"
  mkdir -p "$RUN" "$DATA"
  printf '%s\n' "$PROGRAMS" >"$RUN/programs"
  prefix=$(free_subnet)
  if is_root; then mtu=$(link_mtu); else mtu=$ROOTLESS_MTU; fi
  write_configuration "$prefix" "$mtu" "$PROGRAMS"
  link_plugins "$PROGRAMS"
  # Half a network is worse than none: whatever ends this early takes it down again.
  trap 'engine_clean' EXIT
  if is_root; then
    forwarding_remember "$ENGINE/ip_forward"
    bridge_up "$prefix" "$mtu"
    rules_up "$prefix"
  fi
  start_daemon
  if is_root; then require_bridge_in "$prefix"; fi
  : >"$RUN/ready"
  rm -f "$ENGINE/last-failure.log"
  trap - EXIT
  engine_print
}

main "$@"
