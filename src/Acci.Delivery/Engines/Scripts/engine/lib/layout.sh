# shellcheck shell=bash
# Where things lie in the cache folder, $CACHE. Sourced, never run. Needs common.sh and recipe.sh.

# The first and the last port of the local registry.
# shellcheck disable=SC2034 # for the scripts that source this
readonly -a REGISTRY_PORTS=(5600 5699)

# A group's folder carries the hash of all that decides what is in it: the scripts that make it, the machine's suite and architecture, and whether root runs it.
group_folder() {
  local group=$1
  [[ -n ${RECIPE_HASH:-} ]] || RECIPE_HASH=$(recipe_hash)
  printf '%s\n' "$CACHE/$group/recipe-$RECIPE_HASH"
}

# verify_programs PROGRAM… : each is what was fetched, as the digest beside it says.
verify_programs() {
  local program digest
  for program in "$@"; do
    digest=$(sha256sum <"$program")
    [[ ${digest%% *} == "$(cat "$program.sha256" 2>/dev/null)" ]] \
      || die "$program is not what was fetched: its SHA-256 is another one than $program.sha256 says; find out what changed it, and delete ${program%/*/*}: the next run fetches it again"
  done
}

recipe_hash() {
  # shellcheck source=/dev/null
  { cat "$LIB/recipe.sh" "$LIB/../fetch.sh" && (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}") && dpkg --print-architecture && { is_root || printf 'rootless\n'; }; } \
    | sha256sum | cut -c1-12
}
