# shellcheck shell=bash
# The machine's own .NET folder as two layers: the runtime, and the SDK without what no build in a container needs.
# Sourced, never run.

dotnet_find() {
  local line
  type -P dotnet >/dev/null || die "the .NET SDK is not in PATH: the stand-in for the SDK image is made of this machine's own"
  line=$(dotnet --list-sdks | grep -E '^10\.0\.[0-9]+ ' | sort -V | tail -1 || true)
  [[ -n $line ]] || die "this machine has no .NET SDK 10.0: the stand-in for the SDK image is made of it"
  DOTNET_SDK=${line%% *}
  DOTNET_FOLDER=$(sed -E 's/^[^[]*\[(.*)\/sdk\/?\]$/\1/' <<<"$line")
}

# The newest of the machine's 10.0 runtimes that has ASP.NET Core beside it.
dotnet_runtime_version() {
  local version newest=''
  while read -r version; do
    if [[ -d $DOTNET_FOLDER/shared/Microsoft.NETCore.App/$version && -d $DOTNET_FOLDER/host/fxr/$version ]]; then newest=$version; fi
  done < <(find "$DOTNET_FOLDER/shared/Microsoft.AspNetCore.App" -mindepth 1 -maxdepth 1 -name '10.0.*' -printf '%f\n' | sort -V)
  [[ -n $newest ]] || die "$DOTNET_FOLDER has no ASP.NET Core runtime 10.0: install the one that belongs to SDK $DOTNET_SDK"
  printf '%s\n' "$newest"
}

# In the image it lies where the upstream image has it.
readonly -a DOTNET_PLACE=('--transform=s,^\(\./\)\?,usr/share/dotnet/,S')

# Two layers: the runtime, and the link that puts it in PATH.
dotnet_runtime_layer() {
  local version
  version=$(dotnet_runtime_version)
  mkdir -p "$WORK/dotnet-link/usr/bin"
  ln -sfn /usr/share/dotnet/dotnet "$WORK/dotnet-link/usr/bin/dotnet"
  layer "$WORK/dotnet-link" 0 usr/bin/dotnet
  layer "$DOTNET_FOLDER" 0 "${DOTNET_PLACE[@]}" dotnet "host/fxr/$version" "shared/Microsoft.NETCore.App/$version" "shared/Microsoft.AspNetCore.App/$version"
}

dotnet_sdk_layer() {
  local pack newest paths=("sdk/$DOTNET_SDK")
  for pack in "$DOTNET_FOLDER"/packs/*/; do
    newest=$(find "$pack" -mindepth 1 -maxdepth 1 -name '10.0.*' -printf '%f\n' | sort -V | tail -1)
    if [[ -n $newest ]]; then paths+=("packs/$(basename "$pack")/$newest"); fi
  done
  if [[ -d $DOTNET_FOLDER/sdk-manifests ]]; then paths+=(sdk-manifests); fi
  # Left out: documentation of the reference assemblies, messages in other languages, what serves .NET Framework's
  # MSBuild, F#, and the formatter. Half of the folder's size.
  layer "$DOTNET_FOLDER" 0 "${DOTNET_PLACE[@]}" --exclude='packs/*/ref/*.xml' --exclude='*.resources.dll' --exclude='*/net4[0-9]*' \
    --exclude='sdk/*/runtimes/win*' --exclude='sdk/*/FSharp' --exclude='sdk/*/TestHostNetFramework' --exclude='sdk/*/DotnetTools/dotnet-format' "${paths[@]}"
}
