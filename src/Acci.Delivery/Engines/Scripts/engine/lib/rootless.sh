# shellcheck shell=bash
# The private engine of a user who is not root: in a user namespace, a network and a process table of its own, made by rootlesskit.
# Sourced, never run. Needs the other parts of lib.
#
# The engine's network is slirp4netns': this machine's 127.0.0.1 is 10.0.2.2 there. The rules of inside.sh let the daemon reach the local
# registry by it, under its own address, and nothing else of this machine's loopback.

# The program that the engine's process runs.
engine_daemon() { if is_root; then printf 'dockerd\n'; else printf 'rootlesskit\n'; fi; }

# Packets do not leave slirp4netns as they are, so they may be as large as it takes.
readonly ROOTLESS_MTU=65520

# rootless_become DAEMON ARGUMENT… : becomes rootlesskit, which runs the daemon in namespaces that end with it.
rootless_become() {
  become_daemon "$ENGINE" env XDG_RUNTIME_DIR="$RUN" "$PROGRAMS/bin/rootlesskit" --state-dir="$RUN/rootlesskit" --net=slirp4netns --slirp4netns-sandbox=auto \
    --slirp4netns-seccomp=auto --mtu="$ROOTLESS_MTU" --port-driver=builtin --copy-up=/etc --copy-up=/run --pidns \
    "$LIB/../inside.sh" "${REGISTRY_PORTS[@]}" "$@"
}

# Deletes folders with files of the users that containers ran as.
rootless_remove() {
  local programs
  rm -rf "$@" 2>/dev/null && return
  if programs=$(engine_verified_programs) && "$programs/bin/rootlesskit" rm -rf "$@" 2>/dev/null; then return; fi
  die "cannot delete $*: some files belong to users that its containers ran as; delete them as root"
}
