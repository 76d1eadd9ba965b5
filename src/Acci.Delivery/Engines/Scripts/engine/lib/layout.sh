# shellcheck shell=bash
# Where things lie in the cache folder, $CACHE. Sourced, never run. Needs common.sh and recipe.sh.

# A group's folder carries the hash of all that decides what is in it: the scripts that make it, the machine's suite and architecture.
group_folder() {
  local group=$1
  [[ -n ${RECIPE_HASH:-} ]] || RECIPE_HASH=$(recipe_hash)
  printf '%s\n' "$CACHE/$group/recipe-$RECIPE_HASH"
}

recipe_hash() {
  # shellcheck source=/dev/null
  { cat "$LIB/recipe.sh" "$LIB/../fetch.sh" && (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}") && dpkg --print-architecture; } \
    | sha256sum | cut -c1-12
}
