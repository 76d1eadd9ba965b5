# shellcheck shell=bash
# Names and records of stand-ins, and the local registry they lie in, $TARGET. Sourced, never run.

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

# The repository and tag of an upstream image's stand-in.
stand_in() { printf '%s/stand-ins/%s\n' "$TARGET" "$(full_name "$1")"; }

# A connection to the registry on descriptor 3.
connect() { { exec 3<>"/dev/tcp/${TARGET%:*}/${TARGET#*:}"; } 2>/dev/null; }

# The digest that a tag in the registry has, or nothing.
in_registry() {
  local path=${1#*/} status header digest=''
  connect || return 0
  printf 'HEAD /v2/%s/manifests/%s HTTP/1.0\r\nHost: %s\r\nAccept: application/vnd.oci.image.index.v1+json\r\n\r\n' "${path%:*}" "${path##*:}" "$TARGET" >&3
  read -r -t 10 -u 3 _ status _ || status=''
  while read -r -t 10 -u 3 header; do
    header=${header%$'\r'}
    if [[ ${header,,} == docker-content-digest:* ]]; then digest=${header#*: }; fi
    [[ -n $header ]] || break
  done
  exec 3>&-
  if [[ $status == 200 ]]; then printf '%s\n' "$digest"; fi
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

# The digest of a recipe's image if it was made before, as it would be now, and is in the registry under the name wanted.
recorded() {
  local image=$1 recipe=$2 digest key
  [[ -f $RECORDS/$recipe ]] || return 1
  read -r key digest <"$RECORDS/$recipe"
  [[ $key == "$(recipe_key "$recipe")" ]] || return 1
  [[ $(in_registry "$(stand_in "$image")") == "$digest" ]] || return 1
  printf '%s\n' "$digest"
}

# push RECIPE DIGEST : the image from the layout, under every name it stands in for, and the record of it.
push() {
  local recipe=$1 digest=$2 image tags=() repository name log=$WORK/push.log
  for image in "${!RECIPES[@]}"; do
    if [[ ${RECIPES[$image]} == "$recipe" ]]; then
      name=$(stand_in "$image")
      repository=${name%:*}
      tags+=("${name##*:}")
    fi
  done
  say "stand-ins: pushing ${repository#*/stand-ins/}"
  name=$(IFS=, && printf '%s' "${tags[*]}")
  "$ORAS" cp --no-tty --from-oci-layout "$LAYOUT@$digest" --to-plain-http "$repository:$name" >"$log" 2>&1 \
    || die "cannot push a stand-in to $TARGET: $(last_line "$log"); is the registry running (registry-up.sh) and its disk not full?"
  printf '%s %s\n' "$(recipe_key "$recipe")" "$digest" >"$RECORDS/$recipe.new"
  mv "$RECORDS/$recipe.new" "$RECORDS/$recipe"
}
