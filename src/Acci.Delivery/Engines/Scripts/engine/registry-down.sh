#!/usr/bin/env bash
# registry-down.sh DIR [--purge] : stops the local registry in DIR; --purge also deletes what was pushed into it, and stand-ins.

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

main() {
  [[ $# -eq 1 || ( $# -eq 2 && $2 == --purge ) ]] || die "usage: registry-down.sh DIR [--purge]"
  if [[ ${2:-} == --purge ]]; then rm -rf "$1/stand-ins"; fi
  [[ -d $1/registry ]] || return 0
  CACHE=$(cache_folder "$1")
  registry_paths
  hold_lock "$REGISTRY/lock" registry
  registry_clean
  if [[ ${2:-} == --purge ]]; then rm -rf "$DATA" "$REGISTRY/port" "$REGISTRY/run"; fi
}

main "$@"
