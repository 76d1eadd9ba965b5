#!/usr/bin/env bash
# Builds the build if it changed, then runs it: ./build.sh [targets] [--parameter value …]
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
temp=$root/.nuke/temp
project=$root/build/_build.csproj
assembly=$root/build/bin/Debug/_build.dll
stamp=$temp/built

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NUKE_TELEMETRY_OPTOUT=1

fail() { echo "error: $1" >&2; exit 1; }

command -v dotnet >/dev/null || { [ -x "$HOME/.dotnet/dotnet" ] && export PATH=$HOME/.dotnet:$PATH; } ||
    fail "there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download"

# Which engine the build runs on: what the caller says, else what was found out before, else NUKE's packages if they restore.
choose_engine() {
    case ${NUKE_ENGINE:-} in
        Package | Offline) engine=$NUKE_ENGINE; return ;;
        '') ;;
        *) fail "NUKE_ENGINE is '$NUKE_ENGINE'; it can be Package or Offline." ;;
    esac
    if [ -s "$temp/engine" ]; then
        engine=$(<"$temp/engine")
    elif dotnet restore "$project" -p:NukeEngine=Package --verbosity quiet >/dev/null 2>&1; then
        engine=Package
        echo "Engine: NUKE's own packages." >&2
    else
        engine=Offline
        echo "Engine: src/Nuke.Offline, because NUKE's packages cannot be restored here (NUKE_ENGINE=Package insists on them)." >&2
    fi
    mkdir -p "$temp"
    echo "$engine" > "$temp/engine"
}

# True when nothing that the build is made of is newer than the last build of it.
is_current() {
    [ -f "$assembly" ] && [ -f "$stamp" ] && [ "$(<"$stamp")" = "$engine" ] &&
        [ -z "$(find "$root"/build "$root"/src/Acci.{Components,Delivery,Settings} "$root"/src/Nuke.Offline "$root"/Directory.{Build,Packages}.props "$root/global.json" \
            \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]
}

choose_engine
if ! is_current; then
    rm -f "$stamp"
    # The folders a first build would make, so that making them does not count as a change.
    mkdir -p "$temp" "$root"/build/{bin,obj} "$root"/src/{Acci.Components,Acci.Delivery,Acci.Settings,Nuke.Offline}/{bin,obj}
    marker=$(mktemp "$temp/built.XXXXXX")
    trap 'rm -f "$marker"' EXIT
    [ -f "$assembly" ] || echo "Building the build; this happens once …" >&2
    log=$(dotnet build "$project" --configuration Debug -p:NukeEngine="$engine" -nodeReuse:false --verbosity quiet "-clp:ErrorsOnly;NoSummary" 2>&1) ||
        { echo "$log" >&2; fail "the build itself does not compile (engine: $engine)."; }
    # Dated from before the build, so that what was edited meanwhile is built the next time.
    echo "$engine" > "$stamp"
    touch -r "$marker" "$stamp"
    rm -f "$marker"
    trap - EXIT
fi

exec dotnet "$assembly" "$@"
