# shellcheck shell=bash
# Assembles OCI images straight from folders: an image is layers (tar archives), a configuration, a manifest and an index.
# No engine takes part, so nothing is copied into one, and the same files give the same digests. Sourced, never run.
# Image specification: https://github.com/opencontainers/image-spec

# Everything is dated 2000-01-01: archives made of the files, such as NuGet packages, cannot hold dates before 1980.
readonly EPOCH=946684800 CREATED=2000-01-01T00:00:00Z
readonly -a TAR=(tar --create --sort=name --format=gnu "--mtime=@$EPOCH" --numeric-owner --no-acls --no-xattrs)

layout_start() {
  LAYOUT=$1
  mkdir -p "$LAYOUT/blobs/sha256"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$LAYOUT/oci-layout"
}

# Standard input as a blob; prints its digest and size.
blob() {
  local partial hash size
  partial=$(mktemp "$LAYOUT/blobs/partial.XXXXXX")
  hash=$(tee "$partial" | sha256sum)
  hash=${hash%% *}
  size=$(stat -c %s "$partial")
  chmod 644 "$partial"
  mv "$partial" "$LAYOUT/blobs/sha256/$hash"
  printf 'sha256:%s %s\n' "$hash" "$size"
}

# layer FOLDER OWNER TAR-ARGUMENT… : a layer of what tar's arguments name in FOLDER, owned by OWNER (a number); prints
# `MEDIATYPE DIGEST SIZE DIFFID`. Not compressed: what is made here is read once, from the same machine.
layer() {
  local folder=$1 owner=$2 descriptor
  shift 2
  descriptor=$("${TAR[@]}" --directory="$folder" --owner="$owner" --group="$owner" "$@" | blob)
  printf 'application/vnd.oci.image.layer.v1.tar %s %s\n' "$descriptor" "${descriptor%% *}"
}

# The same, compressed, for layers that end up in the images built on top.
layer_compressed() {
  local folder=$1 owner=$2 partial id descriptor
  shift 2
  partial=$(mktemp "$LAYOUT/blobs/partial.XXXXXX")
  id=$("${TAR[@]}" --directory="$folder" --owner="$owner" --group="$owner" "$@" | tee "$partial" | sha256sum)
  descriptor=$(gzip -n <"$partial" | blob)
  rm "$partial"
  printf 'application/vnd.oci.image.layer.v1.tar+gzip %s sha256:%s\n' "$descriptor" "${id%% *}"
}

# image ARCHITECTURE SETTINGS LAYER… : configuration and manifest; SETTINGS is the configuration's `config` object, LAYER
# what layer printed. Prints the manifest's descriptor for an index. Every layer has its entry in the history: BuildKit adds
# those that are missing to each image built on top, dated when it happened to make or fetch the layer.
image() {
  local architecture=$1 settings=$2 line type digest size id layers='' ids='' history='' manifest configuration
  shift 2
  for line in "$@"; do
    read -r type digest size id <<<"$line"
    layers+=",{\"mediaType\":\"$type\",\"digest\":\"$digest\",\"size\":$size}"
    ids+=",\"$id\""
    history+=",{\"created\":\"$CREATED\",\"created_by\":\"stand-in\"}"
  done
  configuration=$(printf '{"created":"%s","architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
    "$CREATED" "$architecture" "$settings" "${ids#,}" "${history#,}" | blob)
  manifest=$(printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[%s]}' \
    "${configuration% *}" "${configuration#* }" "${layers#,}" | blob)
  printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%s,"platform":{"architecture":"%s","os":"linux"}}\n' \
    "${manifest% *}" "${manifest#* }" "$architecture"
}

# index UPSTREAM MANIFEST… : the index over the platforms, named UPSTREAM in the layout; prints its digest.
index() {
  local upstream=$1 index
  shift
  local manifests=$*
  index=$(printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s],"annotations":{"org.acci.stand-in":"true","org.acci.stand-in.of":"%s"}}' \
    "${manifests//\} \{/\},\{}" "$upstream" | blob)
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"%s","size":%s}]}' "${index% *}" "${index#* }" >"$LAYOUT/index.json"
  printf '%s\n' "${index% *}"
}

# labels UPSTREAM [KEY VALUE]… : the configuration's labels, which say what this image is and is not.
labels() {
  local json
  json="\"org.acci.stand-in\":\"true\",\"org.acci.stand-in.of\":\"$1\""
  shift
  while [[ $# -gt 0 ]]; do
    json+=",\"$1\":\"$2\""
    shift 2
  done
  printf '"Labels":{%s}' "$json"
}
