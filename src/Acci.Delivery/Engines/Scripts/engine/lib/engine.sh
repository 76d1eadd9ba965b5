# shellcheck shell=bash
# The private engine's folder, and whether and how it runs. Sourced, never run. Needs the other parts of lib.
#
#   engine/recipe-<hash>   programs       engine/data   images, layers, build cache
#   engine/run             socket, pid file, log: what is there only while it runs
#   engine/docker          the docker command's configuration (DOCKER_CONFIG)

engine_paths() {
  ENGINE=$CACHE/engine
  RUN=$ENGINE/run
  # shellcheck disable=SC2034 # for the scripts that source this
  DATA=$ENGINE/data CLIENT=$ENGINE/docker
  # What it has outside its folder, the bridge, the cgroup of its containers and the comment of its packet filter rules, is
  # named after that folder: another cache folder's engine is as foreign as anybody else's.
  local id
  id=$(printf '%s' "$ENGINE" | sha256sum | cut -c1-8)
  # shellcheck disable=SC2034 # the bridge is for network.sh
  BRIDGE=acci-$id CGROUP=acci-engine-$id
}

# containerd takes 104 bytes for a socket (containerd, pkg/sys/socket_unix.go), and the longest of its own below $RUN is exec/containerd/containerd.sock.ttrpc.
require_short_path() {
  local LC_ALL=C
  [[ ${#RUN} -le 66 ]] || die "the private engine's sockets would have paths that are too long, below $CACHE: set ACCI_CACHE to a folder whose path has at most 55 bytes"
}

# The programs' folder the running engine was started from, which a changed recipe does not change.
engine_programs() {
  if [[ -f $RUN/programs ]]; then cat "$RUN/programs"; else group_folder engine; fi
}

# The folder of the programs that may run when the engine is put away, because they are what was fetched: those it was started from, or this
# recipe's. Fails where neither is there as it was fetched.
engine_verified_programs() {
  local folder reason seen=''
  for folder in "$(engine_programs)" "$(group_folder engine)"; do
    [[ -d $folder && $folder != "$seen" ]] || continue
    seen=$folder
    # What an earlier version fetched has no digests.
    if [[ ! -f $folder/root.sha256 ]]; then
      say "engine: $folder has no root.sha256, as of an earlier version: nothing of it runs"
    elif reason=$(verify_group "$folder" 2>&1); then
      printf '%s\n' "$folder"
      return
    else
      say "engine: ${reason#error: }"
    fi
  done
  return 1
}

# The engine was started to the end, its daemon is alive and its socket is there.
engine_is_up() {
  [[ -f $RUN/ready && -S $RUN/docker.sock && -f $RUN/docker.pid ]] && is_ours "$(<"$RUN/docker.pid")" "$ENGINE" "$(engine_daemon)"
}

engine_print() {
  printf 'DOCKER_HOST=unix://%s\n' "$RUN/docker.sock"
  printf 'DOCKER_CONFIG=%s\n' "$CLIENT"
  printf 'ENGINE_PATH=%s\n' "$PROGRAMS/bin"
}

# Another daemon of this kind in our network: the private engine would delete its bridge docker0 when it starts.
require_no_other_engine() {
  local process pid program
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    program=$(program_of "$pid")
    if [[ ${program##*/} == dockerd ]] && ! is_ours "$pid" "$ENGINE" && [[ $(readlink "$process/ns/net" 2>/dev/null) == "$(readlink /proc/self/ns/net)" ]]; then
      die "another Docker engine runs here (process $pid, $program) and the private one would disturb it: use that one (set DOCKER_HOST), or stop it first"
    fi
  done
}

require_kernel() {
  # Either may be a module that nothing has loaded yet.
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || die "this kernel has no overlayfs, which the private engine keeps images in: load the module overlay, or install Docker where it runs"
  [[ -d /sys/fs/cgroup ]] && grep -Eq ' /sys/fs/cgroup[^ ]* cgroup2? ' /proc/mounts || die "no cgroups are mounted under /sys/fs/cgroup, which containers need: mount them, or install Docker where it runs"
}

# A container may have this cache folder, too. An engine that was started there is neither seen nor ended from here, but holds its lock.
require_engine_is_here() {
  mkdir -p "$ENGINE"
  if ! flock -n "$ENGINE/alive" true && [[ -z $(processes_from "$ENGINE") ]]; then
    die "the private engine in $CACHE runs in another container, or on the machine of this one: stop it there, or name another cache folder with ACCI_CACHE"
  fi
}

# Puts away all that a run left behind, whether it ended well, was killed, or is about to be stopped: containers, daemons,
# mounts, network, sockets. Touches only what lies under $ENGINE or carries our names.
engine_clean() {
  local pids
  mapfile -t pids < <(processes_from "$ENGINE" dockerd)
  end 15 "${pids[@]}"
  if is_root; then containers_end; fi
  mapfile -t pids < <(processes_from "$ENGINE")
  end 5 "${pids[@]}"
  # Without root, network, mounts and containers end with the engine's namespaces.
  if ! is_root; then
    rootless_remove "$RUN" "$ENGINE/tmp"
    return
  fi
  mounts_down
  rules_down
  network_bridges_down "$RUN/daemon.json" "$DATA"
  bridge_down
  forwarding_left_on "$ENGINE/ip_forward"
  # With what a killed daemon left of its temporary files; nothing is mounted there any more.
  rm -rf "$RUN" "$ENGINE/tmp"
}

# Containers outlive a killed daemon and its shims; their cgroups still know them. Further down are those of containers that have an engine of their own.
containers_end() {
  local folder pids cgroups=("/sys/fs/cgroup/$CGROUP" /sys/fs/cgroup/*/"$CGROUP")
  # One that is not seen from here, as from a container, is 0, and to kill that would be to kill this script's own group. Source: cgroups(7), pid_namespaces(7).
  mapfile -t pids < <(find "${cgroups[@]}" -name cgroup.procs -exec cat {} + 2>/dev/null | { grep -vx 0 || true; } | sort -u)
  if [[ ${#pids[@]} -gt 0 ]]; then
    kill -KILL "${pids[@]}" 2>/dev/null || true
    wait_for_end 5 "${pids[@]}" || true
  fi
  while read -r folder; do rmdir "$folder" 2>/dev/null || true; done < <(find "${cgroups[@]}" -depth -type d 2>/dev/null)
}

# Deepest first. What stays mounted may be a folder of the machine's, and the folders here are about to be deleted.
mounts_down() {
  local mount
  while read -r mount; do umount -l "$mount" 2>/dev/null || true; done < <(mounts_here | sort -r)
  mount=$(mounts_here)
  [[ -z $mount ]] || die "${mount%%$'\n'*} cannot be unmounted, so the private engine is not put away: unmount it and run this again"
}

# The mounts below $ENGINE. /proc/mounts writes a space as \040.
mounts_here() {
  local mount
  while read -r _ mount _; do
    mount=$(printf '%b' "${mount//\\0/\\00}")
    if [[ $mount == "$ENGINE"/* ]]; then printf '%s\n' "$mount"; fi
  done < <(grep -F ' /' /proc/mounts)
}
