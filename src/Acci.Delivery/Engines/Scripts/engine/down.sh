#!/usr/bin/env bash
# down.sh DIR [--purge] : stops the private engine in DIR and takes its bridge, rules and mounts away; --purge also
# deletes its images, containers and build cache. Ends only processes that run a program from DIR.

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

main() {
  require_linux "the private engine"
  [[ $# -eq 1 || ( $# -eq 2 && $2 == --purge ) ]] || die "usage: down.sh DIR [--purge]"
  [[ -d $1/engine ]] || return 0
  CACHE=$(cache_folder "$1")
  engine_paths
  [[ $(id -u) -eq 0 ]] || die "the private engine was started by root, this is user $(id -un): run this as root"
  PATH=$(engine_programs)/bin:$PATH:/usr/sbin:/sbin
  hold_lock "$ENGINE/lock" engine
  if [[ -d $RUN ]]; then say "engine: stopping"; fi
  engine_clean
  if [[ ${2:-} == --purge ]]; then rm -rf "$DATA" "$CLIENT"; fi
}

main "$@"
