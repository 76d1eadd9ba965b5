# shellcheck shell=bash
# Names, records and layouts of stand-ins. Sourced, never run.

# The full name of a reference: docker.io and library/ written out, a digest left off.
full_name() {
  local name=${1%@*}
  case ${name%%/*} in
    docker.io) if [[ $name != */*/* ]]; then name=docker.io/library/${name#*/}; fi ;;
    *.* | *:* | localhost) if [[ $name != */* ]]; then name=docker.io/library/$name; fi ;;
    *) if [[ $name == */* ]]; then name=docker.io/$name; else name=docker.io/library/$name; fi ;;
  esac
  printf '%s\n' "$name"
}

# What decides the content of a recipe's image, but for the versions of the packages.
recipe_key() {
  local recipe=$1
  {
    cat "$here/build.sh" "$here"/lib/*.sh "$here"/recipes/*.sh "$here"/files/*
    certificates
    if [[ $recipe == sdk || $recipe == aspnet ]]; then printf '%s %s %s\n' "$DOTNET_FOLDER" "$DOTNET_SDK" "${NUGET_CERT_REVOCATION_MODE:-}"; fi
  } | sha256sum | cut -c1-16
}

# Whether a recipe's image was made before, as it would be now, and is there.
recorded() {
  local recipe=$1 digest key
  [[ -f $RECORDS/$recipe ]] || return 1
  read -r key digest <"$RECORDS/$recipe"
  [[ $key == "$(recipe_key "$recipe")" && -f $(layout_of "$digest")/blobs/sha256/${digest#sha256:} ]] || return 1
  # Kept for the build that is about to read it.
  touch "$(layout_of "$digest")"
}

layout_of() { printf '%s/%s\n' "$LAYOUTS" "${1#sha256:}"; }

# keep RECIPE DIGEST : the image in a layout of its own, and the record of it. The blobs are links, because images share them. Builds of other
# checkouts may be reading the layout that was recorded before: it goes a day later.
keep() {
  local recipe=$1 digest=$2 made=$WORK/$1.made layout manifests blobs
  layout=$(layout_of "$digest")
  mapfile -t manifests < <(named_in "${digest#sha256:}")
  mapfile -t blobs < <(named_in "${manifests[@]}")
  mkdir -p "$made/blobs/sha256"
  (cd "$LAYOUT/blobs/sha256" && ln "${digest#sha256:}" "${manifests[@]}" "${blobs[@]}" "$made/blobs/sha256/")
  cp "$LAYOUT/oci-layout" "$LAYOUT/index.json" "$made/"
  if [[ -f $layout/blobs/sha256/${digest#sha256:} ]]; then
    touch "$layout"
  else
    if [[ -e $layout ]]; then mv "$layout" "$WORK/$recipe.old"; fi
    mv "$made" "$layout"
  fi
  printf '%s %s\n' "$(recipe_key "$recipe")" "$digest" >"$RECORDS/$recipe.new"
  mv "$RECORDS/$recipe.new" "$RECORDS/$recipe"
  find "$LAYOUTS" -mindepth 1 -maxdepth 1 -mmin +1440 | while read -r old; do
    if ! grep -qs "sha256:${old##*/}\$" "$RECORDS"/*; then rm -rf "$old"; fi
  done
}

# What these manifests name, by hexadecimal digest.
named_in() { (cd "$LAYOUT/blobs/sha256" && grep -oh 'sha256:[0-9a-f]\{64\}' "$@" | cut -d: -f2 | sort -u); }
