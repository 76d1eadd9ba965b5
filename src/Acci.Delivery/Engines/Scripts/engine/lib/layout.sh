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
    [[ -f $program.sha256 ]] \
      || die "$program is not what was fetched: its SHA-256 is not known, because $program.sha256 is not there; find out what changed it, and delete ${program%/*/*}: the next run fetches it again"
    digest=$(sha256sum <"$program")
    [[ ${digest%% *} == "$(cat "$program.sha256" 2>/dev/null)" ]] \
      || die "$program is not what was fetched: its SHA-256 is another one than $program.sha256 says; find out what changed it, and delete ${program%/*/*}: the next run fetches it again"
  done
}

# verify_group DIR : every program in its bin is what was fetched, and so is what these start and load; nothing was added.
verify_group() {
  local folder=$1 program different
  for program in "$folder"/bin/*; do
    [[ $program == *.sha256 ]] || verify_programs "$program"
  done
  [[ -f $folder/root.sha256 ]] \
    || die "$folder/root is not what was fetched: the SHA-256 of what is in it is not known, because $folder/root.sha256 is not there; find out what changed it, and delete $folder: the next run fetches it again"
  different=$(other_files "$folder" | diff - "$folder/root.sha256" | sed -n 's/ leads to .*//; s/^[<>] [0-9a-z]* *//p' | sed -n 1p || true)
  [[ -z $different ]] \
    || die "$folder/$different is not what was fetched: its SHA-256 is another one than $folder/root.sha256 says; find out what changed it, and delete $folder: the next run fetches it again"
}

# other_files DIR : digests of what lies in its root beside the programs that links lead to, and where links there lead. Programs start some of it, and load some.
other_files() {
  (
    local -A linked
    local link file
    cd "$1"
    for link in bin/* cli-plugins/*; do
      if [[ -L $link ]]; then file=$(readlink "$link") && linked[${file#../}]=1; fi
    done
    find root -type l -printf 'link %p leads to %l\n' | sort
    find root -type f | sort | while IFS= read -r file; do [[ -n ${linked[$file]:-} ]] || printf '%s\0' "$file"; done | xargs -0 -r sha256sum
  )
}

recipe_hash() {
  # shellcheck source=/dev/null
  { cat "$LIB/recipe.sh" "$LIB/../fetch.sh" && (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}") && dpkg --print-architecture && { is_root || printf 'rootless\n'; }; } \
    | sha256sum | cut -c1-12
}
