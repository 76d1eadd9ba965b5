#!/usr/bin/env bash
# fetch.sh DIR GROUP… : fetches the private engine and its tools from this machine's own package sources into DIR.
#
#   engine   dockerd, containerd, runc, the docker command with buildx and compose, docker-init, iptables;
#            rootlesskit and slirp4netns where it is not root that runs this
#   tools    cosign, docker-registry
#
# Prints ENGINE_PATH= and TOOLS_PATH=, the folders of programs, for what was asked. What is there already is left alone.
# A group is a folder named after its recipe that is renamed into place when complete: whatever ends this early, the next
# run starts from a clean state, and a changed recipe is fetched anew.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LIB=$here/lib
# shellcheck source=lib/common.sh
. "$LIB/common.sh"
# shellcheck source=lib/recipe.sh
. "$LIB/recipe.sh"
# shellcheck source=lib/layout.sh
. "$LIB/layout.sh"
# shellcheck source=lib/processes.sh
. "$LIB/processes.sh"
# shellcheck source=lib/apt.sh
. "$LIB/apt.sh"
# shellcheck source=lib/download.sh
. "$LIB/download.sh"

# read_lists GROUP SUITE : the package lists that this group needs. False if one cannot be had; APT_REASON then says why.
read_lists() {
  local group=$1 suite=$2 lists=("$2=$ARCHITECTURE")
  if [[ $group == engine && $MACHINE_SUITE != "$suite" ]]; then lists+=("$MACHINE_SUITE=$ARCHITECTURE"); fi
  say "$group: reading the package lists of ${lists[*]%%=*}"
  apt_lists "${lists[@]}"
}

# fetch_group GROUP PROGRAM… : fetches the group into a folder of its own, from the first suite that can be had whole, and moves that into place.
fetch_group() {
  local group=$1 suite reason
  shift
  UNFINISHED=$CACHE/$group/new.$$
  # One that was killed a moment ago may still be written to; the next run gets the rest.
  rm -rf "$CACHE/$group"/new.* 2>/dev/null || true
  mkdir -p "$UNFINISHED"
  printf '%s\n' "${LEFT_OUT[@]}" >"$UNFINISHED/root.left-out"
  for suite in "${PROGRAMS_SUITES[@]}"; do
    reason=''
    if read_lists "$group" "$suite"; then
      {
        apt_locate "$suite" "$ARCHITECTURE" "$@"
        if [[ $group == engine ]]; then host_packages; fi
      } | sed 's/$/ root/' >"$UNFINISHED/packages"
      packages_try "$group" "$UNFINISHED" <"$UNFINISHED/packages" && break
      reason=$(packages_reason "$UNFINISHED")
      # A full disk, or a package that does not unpack, is no other with another suite.
      if [[ -z $reason ]] || disk_is_full "$UNFINISHED" "$UNFINISHED"/debs/partial/*.log; then packages_fail "$UNFINISHED"; fi
      rm -rf "$UNFINISHED/root"
    else
      reason=$APT_REASON
    fi
    say "$group: not from $suite: $reason"
  done
  if [[ -n $reason ]]; then
    apt_forget
    die "$reason; check this machine's network and apt sources and run this again"
  fi
  rm -rf "$UNFINISHED/debs" "$UNFINISHED/root.left-out"
  "link_$group" "$UNFINISHED"
  record_digests "$UNFINISHED"
  mv -T "$UNFINISHED" "$(group_folder "$group")"
  remove_outdated "$group"
}

# Beside each program its digest, NAME.sha256, and those of all else in root.sha256: what runs later is compared with them.
record_digests() {
  local program digest
  for program in "$1"/bin/* "$1"/cli-plugins/*; do
    [[ -f $program ]] || continue
    digest=$(sha256sum <"$program")
    printf '%s\n' "${digest%% *}" >"$program.sha256"
  done
  other_files "$1" >"$1/root.sha256"
}

# Folders of other recipes that nothing runs from, here or in another container that shares the cache. Its processes are not seen from here, so that what
# was asked for within OUTDATED_DAYS stays.
readonly OUTDATED_DAYS=30
remove_outdated() {
  local folder started=''
  # As the machine calls the folder that started it, which may have the cache elsewhere.
  if [[ -f $CACHE/$1/run/programs ]]; then started=$(<"$CACHE/$1/run/programs"); fi
  for folder in "$CACHE/$1"/recipe-*/; do
    folder=${folder%/}
    if [[ $folder == "$(group_folder "$1")" || ${folder##*/} == "${started##*/}" ]]; then continue; fi
    if [[ -n $(find "$folder" -maxdepth 0 -mtime "+$((OUTDATED_DAYS - 1))") && -z $(processes_from "$folder") ]]; then rm -rf "$folder"; fi
  done
}

# Packages that fit the machine's C library, with the libraries they need beside what every Debian has.
host_packages() {
  local packages
  mapfile -t packages < <(engine_host_packages)
  apt_closure "$MACHINE_SUITE" "$ARCHITECTURE" "${packages[@]}" | awk -v has="$HOST_HAS" '{ name = $2; sub(/_.*/, "", name) } name !~ has'
}

# Links every program into the group's bin, and proves that it starts here.
link_program() {
  local folder=$1 name=$2 target=$3
  [[ -x $folder/root/$target ]] || die "the package that should hold $target does not: the recipe does not fit this machine's package source"
  ln -s "../root/$target" "$folder/bin/$name"
}

link_engine() {
  local folder=$1 name reason starting
  mkdir -p "$folder/bin" "$folder/cli-plugins"
  for name in docker containerd containerd-shim-runc-v2; do link_program "$folder" "$name" "usr/bin/$name"; done
  for name in dockerd docker-proxy runc; do link_program "$folder" "$name" "usr/sbin/$name"; done
  link_program "$folder" docker-init usr/bin/tini-static
  for name in docker-buildx docker-compose; do
    [[ -x $folder/root/usr/libexec/docker/cli-plugins/$name ]] || die "the docker command's plugin $name is missing from its package"
    ln -s "../root/usr/libexec/docker/cli-plugins/$name" "$folder/cli-plugins/$name"
  done
  wrap_program "$folder" iptables usr/sbin/xtables-nft-multi iptables
  for name in usr/bin/ip bin/ip; do
    if [[ -x $folder/root/$name ]]; then wrap_program "$folder" ip "$name"; fi
  done
  starting=(dockerd runc docker iptables)
  if ! is_root; then
    link_program "$folder" rootlesskit usr/bin/rootlesskit
    wrap_program "$folder" slirp4netns usr/bin/slirp4netns
    starting+=(rootlesskit slirp4netns)
  fi
  for name in "${starting[@]}"; do
    reason=$("$folder/bin/$name" --version 2>&1 >/dev/null) || die "$name does not start on this machine: ${reason%%$'\n'*}"
  done
}

link_tools() {
  local folder=$1 name reason
  mkdir -p "$folder/bin"
  for name in cosign docker-registry; do
    link_program "$folder" "$name" "usr/bin/$name"
    reason=$("$folder/bin/$name" --help 2>&1 >/dev/null) || die "$name does not start on this machine: ${reason%%$'\n'*}"
  done
}

# A program whose libraries came with it. The wrapper finds them from where it stands, so the folder can be renamed.
wrap_program() {
  local folder=$1 name=$2 target=$3
  shift 3
  [[ -x $folder/root/$target ]] || die "the package that should hold $target does not: the recipe does not fit this machine's package source"
  cat >"$folder/bin/$name" <<WRAPPER
#!/bin/sh
root=\$(dirname "\$0")/../root
libraries=
for folder in "\$root"/usr/lib/*-linux-gnu* "\$root"/lib/*-linux-gnu*; do libraries=\$libraries\${libraries:+:}\$folder; done
for modules in "\$root"/usr/lib/*-linux-gnu*/xtables; do XTABLES_LIBDIR=\$modules; done
export LD_LIBRARY_PATH="\$libraries" XTABLES_LIBDIR
exec "\$root/$target" $* "\$@"
WRAPPER
  chmod 755 "$folder/bin/$name"
}

main() {
  local group megabytes=0 missing=()
  require_linux "the private engine"
  [[ $# -ge 2 ]] || die "usage: fetch.sh DIR GROUP…, where GROUP is engine or tools"
  for group in "${@:2}"; do
    case $group in
      engine | tools) ;;
      *) die "unknown group '$group': known are engine and tools" ;;
    esac
  done
  apt_require
  CACHE=$(cache_folder "$1")
  shift
  MACHINE_SUITE=$(apt_machine_suite)
  ARCHITECTURE=$(dpkg --print-architecture)
  hold_lock "$CACHE/fetch.lock" fetch
  for group in "$@"; do
    if [[ ! -d $(group_folder "$group") ]]; then
      missing+=("$group")
      megabytes=$((megabytes + ${MEGABYTES[$group]}))
    fi
  done
  if [[ ${#missing[@]} -gt 0 ]]; then
    require_space "$CACHE" "$megabytes" "fetching ${missing[*]}"
    trap 'rm -rf "${UNFINISHED:-}"' EXIT
    for group in "${missing[@]}"; do
      case $group in
        engine) fetch_group engine "${ENGINE_PROGRAMS[@]}" ;;
        tools) fetch_group tools "${TOOLS_PROGRAMS[@]}" ;;
      esac
    done
  fi
  for group in "$@"; do
    touch "$(group_folder "$group")" 2>/dev/null || true # used: see remove_outdated
    printf '%s_PATH=%s\n' "${group^^}" "$(group_folder "$group")/bin"
  done
}

main "$@"
