#!/usr/bin/env bash
# Builds the build if it changed, then runs it: ./build.sh [targets] [--parameter value …]
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
temp=$root/.nuke/temp
project=$root/build/_build.csproj
assembly=$root/build/bin/Debug/_build.dll
stamp=$temp/built

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NUKE_TELEMETRY_OPTOUT=1

fail() { echo "error: $1" >&2; exit 1; }

# Where nobody has a home, as in some containers, the SDK still needs a folder of its own.
[ -n "${HOME:-}" ] || export DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-$temp/home}"

command -v dotnet >/dev/null || { [ -x "${HOME:-}/.dotnet/dotnet" ] && export PATH=$HOME/.dotnet:$PATH; } ||
    fail "there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download"

# The SDK that global.json asks for: without it nothing can be restored or built, and for no reason of NUKE's.
require_sdk() {
    local log
    log=$(cd "$root" && dotnet --version 2>&1) || { echo "$log" >&2; fail "the .NET SDK that global.json asks for is not installed: https://dot.net/download"; }
}

# Which engine the build runs on: what the caller says, else what was found out before, else NUKE's packages if they restore.
choose_engine() {
    local log
    case ${NUKE_ENGINE:-} in
        Package | Offline) engine=$NUKE_ENGINE; return ;;
        '') ;;
        *) fail "NUKE_ENGINE is '$NUKE_ENGINE'; it can be Package or Offline." ;;
    esac
    if [ -s "$temp/engine" ]; then
        engine=$(<"$temp/engine")
        case $engine in
            Package | Offline) return ;;
            *) fail "$temp/engine holds '$engine'; it can hold Package or Offline. Remove it, and the choice is made anew." ;;
        esac
    fi

    require_sdk
    echo "Looking for NUKE's packages …" >&2
    mkdir -p "$temp"
    if log=$(dotnet restore "$project" -p:NukeEngine=Package --verbosity quiet 2>&1); then
        engine=Package
        echo "Engine: NUKE's own packages." >&2
    elif grep -Eq 'NU110[123].*Nuke\.' <<< "$log" && ! grep -q NU1301 <<< "$log"; then # NU1301: a source did not answer
        engine=Offline
        echo "Engine: src/Nuke.Offline, because this machine's package sources do not carry NUKE (NUKE_ENGINE=Package insists on it)." >&2
    else
        # The network may be back the next time. What this run starts, such as the tests, has to choose the same.
        export NUKE_ENGINE=Offline
        engine=Offline
        grep -m 1 'error' <<< "$log" >&2 || true
        echo "Engine: src/Nuke.Offline for this time, because NUKE's packages could not be restored (NUKE_ENGINE=Package insists on them)." >&2
        return
    fi
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
    require_sdk
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

# The engine takes the repository it is started in for the one to build.
case $(pwd -P)/ in "$root"/*) ;; *) cd "$root" ;; esac
exec dotnet "$assembly" "$@"
