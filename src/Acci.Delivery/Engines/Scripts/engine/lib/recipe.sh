# shellcheck shell=bash
# What the private engine and its tools are made of. Sourced, never run.

# The engine's own programs are static enough to run on any Debian since bookworm, so they come from one suite that has
# them recent: the containerd image store, buildx with OCI layout exports, and cosign 3 are needed.
# Best first: a mirror may list a package that it does not carry.
readonly -a PROGRAMS_SUITES=(forky sid)
ENGINE_PROGRAMS=(docker.io docker-cli docker-buildx docker-compose containerd tini-static)
# Without root it runs in namespaces of its own.
is_root || ENGINE_PROGRAMS+=(rootlesskit)
readonly -a ENGINE_PROGRAMS
readonly TOOLS_PROGRAMS=(cosign docker-registry)

# What links the machine's C library comes from the machine's own suite. `iproute2` only where there is no `ip`.
engine_host_packages() {
  local packages=(runc iptables)
  is_root || packages+=(slirp4netns)
  type -P ip >/dev/null || packages+=(iproute2)
  printf '%s\n' "${packages[@]}"
}

# Never beside the machine's own: a second copy of the C library does not fit the machine's loader.
readonly HOST_HAS='^(libc6|libgcc-s1|gcc-[0-9]+-base|libcrypt1|debconf|netbase|zlib1g)$'

# Nothing of this is used by the engine: documentation, service files, containerd's debugging and Firecracker parts.
readonly LEFT_OUT=(./usr/share ./etc ./var ./lib/systemd ./usr/lib/systemd ./usr/lib/containerd ./usr/lib/cni
  ./usr/bin/ctr ./usr/bin/containerd-stress ./usr/libexec/docker/cli-plugins/docker-scan)

# Free space asked for before anything is fetched: package lists, downloads and extracted files, measured and rounded up.
readonly -A MEGABYTES=([engine]=550 [tools]=200)
