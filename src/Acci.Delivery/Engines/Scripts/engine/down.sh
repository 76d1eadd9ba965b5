#!/usr/bin/env bash
# down.sh DIR [--purge] : stops the private engine in DIR and takes its bridge, rules and mounts away; --purge also
# deletes its images, containers and build cache. Volumes that have a name stay: they are somebody's data. Ends only
# processes that run a program from DIR.

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

# Volumes without a name belonged to one container.
purge() {
  local nameless='[0-9a-f]{64}' all='' kept=() gone=()
  # Where they cannot be listed, nothing is deleted. A volume may be a link to another disk.
  if [[ -e $DATA/volumes ]]; then all=$(find "$DATA/volumes" -mindepth 1 -maxdepth 1 \( -type d -o -type l \) -printf '%f\n'); fi
  mapfile -t kept < <(grep -Evx "$nameless|" <<<"$all" | sort)
  if [[ ${#kept[@]} -eq 0 ]]; then
    rootless_remove "$DATA" "$CLIENT"
    return
  fi
  mapfile -t gone < <(
    find "$DATA" -mindepth 1 -maxdepth 1 ! -name volumes
    find "$DATA/volumes" -mindepth 1 -maxdepth 1 -type d | grep -Ex ".*/$nameless" || true
  )
  rootless_remove "${gone[@]}" "$CLIENT"
  say "engine: the volumes ${kept[*]} stay. ComposeDown --delete-volumes deletes those of an environment, docker volume rm any"
}

main() {
  local programs
  require_linux "the private engine"
  [[ $# -eq 1 || ( $# -eq 2 && $2 == --purge ) ]] || die "usage: down.sh DIR [--purge]"
  [[ -d $1/engine ]] || return 0
  CACHE=$(cache_folder "$1")
  engine_paths
  is_root || [[ -O $ENGINE ]] || die "the private engine in $CACHE belongs to user $(stat -c %U "$ENGINE"), this is user $(id -un): run this as that user, or as root"
  PATH=$PATH:/usr/sbin:/sbin
  # Where all of it may have been changed, the machine's own programs take the network away, if it has them.
  if programs=$(engine_verified_programs); then PATH=$programs/bin:$PATH; fi
  hold_lock "$ENGINE/lock" engine
  require_engine_is_here
  if [[ -d $RUN ]]; then say "engine: stopping"; fi
  engine_clean
  if [[ ${2:-} == --purge ]]; then purge; fi
}

main "$@"
