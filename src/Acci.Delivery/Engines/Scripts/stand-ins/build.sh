#!/usr/bin/env bash
# build.sh DIR IMAGE… : makes stand-ins for upstream images from this machine's own package sources (and .NET SDK), each in
# an OCI layout of its own. For machines that cannot reach the registries the images come from.
#
# Prints `IMAGE=LAYOUT@sha256:…` for each. What was made by the same recipe before and is still there is answered at once.
# Needs neither root, an engine nor a registry: the images are put together from folders.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LIB=$here/../engine/lib
# shellcheck disable=SC2034 # for the recipes
FILES=$here/files
# shellcheck source=../engine/lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../engine/lib/apt.sh
. "$LIB/apt.sh"
# shellcheck source=../engine/lib/download.sh
. "$LIB/download.sh"
for part in oci root dotnet jobs records; do
  # shellcheck source=/dev/null
  . "$here/lib/$part.sh"
done
for part in base sdk services; do
  # shellcheck source=/dev/null
  . "$here/recipes/$part.sh"
done

# The stand-in for each upstream image. Both SDK images get the same one.
readonly -A RECIPES=(
  [gcr.io/distroless/cc-debian13:nonroot]=cc
  [mcr.microsoft.com/dotnet/sdk:10.0]=sdk
  [mcr.microsoft.com/dotnet/sdk:10.0-noble-aot]=sdk
  [docker.io/ubuntu/dotnet-aspnet:10.0-26.04_stable]=aspnet
  [docker.io/library/postgres:15]=postgres
  [docker.io/library/redis:7]=redis
)
# The order they are made in.
readonly -a ORDER=(cc aspnet sdk redis postgres)
# Free space asked for, in megabytes: downloads, the unpacked root and the layers; measured and rounded up.
readonly -A MEGABYTES=([cc]=300 [aspnet]=500 [sdk]=2200 [redis]=300 [postgres]=500)

# The suites, best first. The base must not have an older C library than what the SDK links against, so where its suite
# cannot be had for all three platforms a newer one serves.
# shellcheck disable=SC2034 # for the recipes
readonly -a BASE_SUITES=(trixie forky)
readonly SDK_SUITE=trixie SERVICES_SUITE=bookworm

read_lists() {
  local recipes=" $* " lists=()
  if [[ $recipes == *' sdk '* ]]; then lists+=("$SDK_SUITE=amd64"); fi
  if [[ $recipes == *' postgres '* || $recipes == *' redis '* ]]; then lists+=("$SERVICES_SUITE=amd64"); fi
  say "stand-ins: reading the package lists"
  if [[ ${#lists[@]} -gt 0 ]]; then apt_lists "${lists[@]}" || apt_fail; fi
  if [[ $recipes == *' cc '* || $recipes == *' aspnet '* ]]; then base_choose; fi
}

make() {
  local recipe image upstream digest megabytes=0 parts=() platform
  # One of a run that was killed may still be written to; the next run gets the rest.
  rm -rf "$STAND_INS"/work.* 2>/dev/null || true
  WORK=$STAND_INS/work.$$
  for recipe in "$@"; do megabytes=$((megabytes + ${MEGABYTES[$recipe]})); done
  require_space "$CACHE" "$megabytes" "making stand-ins for base images"
  mkdir -p "$WORK" "$RECORDS" "$LAYOUTS"
  trap 'rm -rf "$WORK"' EXIT
  layout_start "$WORK/layout"

  # Needs no network, so it goes on while the packages are on their way.
  if [[ " $* " == *' sdk '* || " $* " == *' aspnet '* ]]; then starts dotnet-runtime.layer dotnet_runtime_layer; fi
  if [[ " $* " == *' sdk '* ]]; then starts dotnet-sdk.layer dotnet_sdk_layer; fi
  read_lists "$@"

  # Two images stand on the base.
  mapfile -t parts < <(printf '%s\n' "$@" | sed -E 's/^(cc|aspnet)$/base/' | uniq)
  for recipe in "${parts[@]}"; do "${recipe}_packages"; done >"$WORK/packages"
  packages_fetch stand-ins "$WORK" <"$WORK/packages"
  say "stand-ins: putting together $*"
  for recipe in "${parts[@]}"; do
    if [[ $recipe == base ]]; then
      for platform in "${PLATFORMS[@]}"; do starts "base-$platform.layer" base_layer "$platform"; done
    else
      starts "$recipe.layer" "${recipe}_layer"
    fi
  done
  finish "pack the layers"

  for recipe in "$@"; do
    for image in "${!RECIPES[@]}"; do if [[ ${RECIPES[$image]} == "$recipe" ]]; then upstream=$image; fi; done
    digest=$("${recipe}_build" "$upstream")
    keep "$recipe" "$digest"
  done
  rm -rf "$WORK"
  trap - EXIT
  apt_forget
}

main() {
  local image recipe digest missing=' ' wanted=()
  require_linux "making stand-ins"
  [[ $(uname -m) == x86_64 ]] || die "stand-ins are made on x86_64 machines only, this is $(uname -m): give the registries' images a mirror instead (--image-mirror)"
  [[ $# -ge 2 ]] || die "usage: build.sh DIR IMAGE…, known images: $(known)"
  CACHE=$(cache_folder "$1")
  shift
  STAND_INS=$CACHE/stand-ins
  LAYOUTS=$STAND_INS/layouts
  RECORDS=$STAND_INS/records
  for image in "$@"; do
    recipe=${RECIPES[$(full_name "$image")]:-}
    [[ -n $recipe ]] || die "there is no stand-in for $image; known are $(known)"
    if [[ $recipe == sdk || $recipe == aspnet ]]; then dotnet_find; fi
  done

  apt_require
  # The same lock as fetch.sh: both use the private apt roots.
  hold_lock "$CACHE/fetch.lock" stand-ins
  for image in "$@"; do
    recipe=${RECIPES[$(full_name "$image")]}
    if ! recorded "$recipe"; then missing+="$recipe "; fi
  done
  for recipe in "${ORDER[@]}"; do
    if [[ $missing == *" $recipe "* ]]; then wanted+=("$recipe"); fi
  done
  if [[ ${#wanted[@]} -gt 0 ]]; then make "${wanted[@]}"; fi
  for image in "$@"; do
    recipe=${RECIPES[$(full_name "$image")]}
    digest=$(cut -d' ' -f2 "$RECORDS/$recipe")
    printf '%s=%s@%s\n' "$image" "$(layout_of "$digest")" "$digest"
  done
}

known() { printf '%s\n' "${!RECIPES[@]}" | sort | paste -sd' '; }

main "$@"
