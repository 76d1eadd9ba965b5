# shellcheck shell=bash
# The three-platform base that stands in for gcr.io/distroless/cc-debian13:nonroot, and under docker.io/ubuntu/dotnet-aspnet.

readonly -A DEBIAN_ARCHITECTURE=([amd64]=amd64 [arm64]=arm64 [ppc64le]=ppc64el)
readonly -a BASE_PACKAGES=(libc6 libgcc-s1 libstdc++6 libssl3t64 zlib1g libzstd1 libgomp1 base-files netbase tzdata ca-certificates)
readonly -a PLATFORMS=(amd64 arm64 ppc64le)

# base_choose : BASE_SUITE is the best suite whose packages can be had for every platform, and they are in WORK/debs. A mirror
# may list a package that it does not carry, and for one platform only.
base_choose() {
  local platform lists reason
  for BASE_SUITE in "${BASE_SUITES[@]}"; do
    lists=()
    for platform in "${PLATFORMS[@]}"; do lists+=("$BASE_SUITE=${DEBIAN_ARCHITECTURE[$platform]}"); done
    if apt_lists "${lists[@]}"; then
      for platform in "${PLATFORMS[@]}"; do
        apt_locate "$BASE_SUITE" "${DEBIAN_ARCHITECTURE[$platform]}" "${BASE_PACKAGES[@]}" >"$WORK/base-$platform.packages"
      done
      packages_try stand-ins "$WORK" < <(cat "$WORK"/base-*.packages) && return
      disk_is_full "$WORK" "$WORK"/debs/partial/*.log && die_disk_full "$CACHE"
      reason=$(packages_reason "$WORK")
    else
      reason=$APT_REASON
    fi
    say "stand-ins: not from $BASE_SUITE: $reason"
  done
  apt_forget
  die "$reason; check this machine's network and apt sources and run this again"
}

base_packages() {
  local platform
  for platform in "${PLATFORMS[@]}"; do
    root_prepare "$WORK/base-$platform"
    sed "s/$/ base-$platform/" "$WORK/base-$platform.packages"
  done
}

# base_layer PLATFORM : once, however many images stand on it.
base_layer() {
  local root=$WORK/base-$1 files
  mapfile -t files < <(awk '{ print $2 }' "$root.packages")
  root_packages "$root" "$WORK" "${files[@]}"
  root_finish "$root" nonroot:65532:/home/nonroot
  mkdir -p "$root/home/nonroot"
  # The layer for the home folder, which is not root's, is tiny.
  layer_compressed "$root" 0 --exclude=./home/nonroot .
  layer_compressed "$root" 65532 --no-recursion ./home/nonroot
}

cc_build() {
  local upstream=$1 platform manifests=() layers settings
  for platform in "${PLATFORMS[@]}"; do
    mapfile -t layers <"$WORK/base-$platform.layer"
    settings=$(printf '{"User":"65532","WorkingDir":"/home/nonroot","Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],%s}' \
      "$(labels "$upstream" org.acci.stand-in.suite "$BASE_SUITE")")
    manifests+=("$(image "$platform" "$settings" "${layers[@]}")")
  done
  index "$upstream" "${manifests[@]}"
}

# There is no .NET runtime for ppc64le among the packages of a Debian machine: on that platform, and on arm64, the image is
# the file system a runtime would stand in, without one. The machine's own runtime makes the amd64 image run.
aspnet_build() {
  local upstream=$1 platform manifests=() layers settings runtime version
  version=$(dotnet_runtime_version)
  for platform in "${PLATFORMS[@]}"; do
    mapfile -t layers <"$WORK/base-$platform.layer"
    runtime=none
    if [[ $platform == amd64 ]]; then
      mapfile -t -O "${#layers[@]}" layers <"$WORK/dotnet-runtime.layer"
      runtime=$version
    fi
    settings=$(printf '{"User":"65532","WorkingDir":"/","Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt","DOTNET_RUNNING_IN_CONTAINER=true","DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true","ASPNETCORE_HTTP_PORTS=8080"],%s}' \
      "$(labels "$upstream" org.acci.stand-in.suite "$BASE_SUITE" org.acci.stand-in.dotnet-runtime "$runtime")")
    manifests+=("$(image "$platform" "$settings" "${layers[@]}")")
  done
  index "$upstream" "${manifests[@]}"
}
