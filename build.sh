#!/usr/bin/env bash
# Builds the build if it changed, then runs it: ./build.sh [targets] [--parameter value …]
set -euo pipefail
unset CDPATH

# Also where a link leads here.
script=$(readlink -f -- "${BASH_SOURCE[0]}" 2>/dev/null) || script=${BASH_SOURCE[0]}
root=$(cd -- "$(dirname -- "$script")" && pwd -P)
temp=$root/.nuke/temp
project=$root/build/_build.csproj
assembly=$root/build/bin/Debug/_build.dll
built_engine=$root/build/bin/Debug/engine # written by the project, whoever builds it
stamp=$temp/built
typed=$*

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NUKE_TELEMETRY_OPTOUT=1
# Switched off, as in some SDK images, it takes precedence over the projects, and generated files would be sorted in another way.
case ${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-} in 1 | [Tt][Rr][Uu][Ee]) ;; *) unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT ;; esac

fail() { echo "error: $1" >&2; exit 1; }

# Where nobody has a home, as in some containers, the SDK still needs a folder of its own.
[ -n "${HOME:-}" ] || export DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-$temp/home}"

# The SDK would make it, wherever it is.
[ -d "${TMPDIR:-/tmp}" ] || fail "the folder for temporary files, $TMPDIR (TMPDIR), does not exist: make it, or set TMPDIR to one that does."

command -v dotnet >/dev/null || { [ -x "${HOME:-}/.dotnet/dotnet" ] && export PATH=$HOME/.dotnet:$PATH; } ||
    fail "there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download"

# The names of the variables that are secrets: of the build's secret parameters, in any spelling, of what runners and tools know, and the one that has the signing
# key (env://NAME). Not those that the NuGet configuration takes passwords from.
secret_variables() {
    awk -v schema="$root/.nuke/build.schema.json" -v nuget="$root/nuget.config" -v others="$root/NuGet.config:$root/NuGet.Config" 'BEGIN {
        known = "RegistryToken SigningKey SigningPassword GithubToken GhToken GithubEnterpriseToken GhEnterpriseToken CrPat ActionsIdTokenRequestToken"
        known = known " ActionsRuntimeToken SigstoreIdToken CosignPassword CosignPrivateKey CosignPkcs11Pin CosignIdentityToken CosignRegistryPassword CosignRegistryToken"
        known = known " DockerAuthConfig DockerContentTrustRootPassphrase DockerContentTrustRepositoryPassphrase TrivyPassword TrivyRegistryToken TrivyToken"
        known = known " TrivyGithubToken VaultToken GitlabToken AzureClientSecret AzureClientCertificatePassword AzurePassword"
        count = split(toupper(known), names, " ")
        for (i = 1; i <= count; i++) secret[names[i]] = 1
        while ((getline line < schema) > 0) {
            if (line ~ /^ *"[A-Za-z0-9]+": *[{]/) { name = toupper(line); gsub(/[^A-Z0-9]/, "", name) }
            else if (line ~ /"default": "Secrets must be entered/) secret[name] = 1
        }
        count = split(nuget ":" others, files, ":")
        for (i = 1; i <= count; i++) while ((getline line < files[i]) > 0) sources = sources line
        keys = ARGV[1]
        for (i = 2; i < ARGC; i++) while ((getline line < ARGV[i]) > 0) keys = keys " " line
        for (variable in ENVIRON) {
            plain[variable] = toupper(variable); gsub(/[^A-Z0-9]/, "", plain[variable])
            bare[variable] = plain[variable]; sub(/^NUKE/, "", bare[variable])
            if (bare[variable] == "SIGNINGKEY") keys = keys " " ENVIRON[variable]
        }
        for (; match(keys, /env:\/\/[A-Za-z_][A-Za-z0-9_]*/); keys = substr(keys, RSTART + RLENGTH)) key[substr(keys, RSTART + 6, RLENGTH - 6)] = 1
        for (variable in plain) {
            if (!(plain[variable] in secret || bare[variable] in secret || variable in key || plain[variable] ~ /^PARAMS.*KEY$/)) continue
            if (!index(sources, "%" variable "%")) print variable
        }
    }' "$typed" "$root"/.nuke/parameters*.json
}

# What a package source writes into dotnet's messages is for people alone: nothing for the terminal, no command to the runner of a pipeline, no login in an address.
harmless() {
    # The second and third are the C1 controls of ISO 6429 and what turns the direction of writing, in UTF-8.
    LC_ALL=C sed -E -e $'s/(\x1b\\[|\xc2\x9b)[0-9;?]*[A-Za-z]//g' -e $'s/\xc2[\x80-\x9f]//g' -e $'s/\xe2(\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])//g' -e 's#://[^/@[:space:]]*@#://***@#g' | LC_ALL=C tr -d '\000-\010\013-\037\177' |
        LC_ALL=C sed -E -e $'s/^(([[:space:]]|\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f|\xe3\x80\x80)*)::/\\1: :/' -e ':again' -e 's/##/# #/' -e 't again'
}

# What dotnet says of a build that does not exist yet. What compiles the build needs none of its secrets; the build itself gets them afterwards.
dotnet_without_secrets() {
    local name drop=()
    while IFS= read -r name; do drop+=(-u "$name"); done < <(secret_variables)
    env ${drop[@]+"${drop[@]}"} dotnet "$@" 2>&1 | harmless
}

# The SDK that global.json asks for: without it nothing can be restored or built, and for no reason of NUKE's.
require_sdk() {
    local log
    log=$(cd -- "$root" && dotnet_without_secrets --version) || { echo "$log" >&2; fail "the .NET SDK that global.json asks for is not installed: https://dot.net/download"; }
}

# Nobody watches there, so that nothing may become another by itself.
is_ci() { case ${CI:-${GITHUB_ACTIONS:-${TF_BUILD:-}}} in '' | [Ff]alse | 0) return 1 ;; esac; }

# messages KIND PATTERN LOG: NuGet's messages of that kind whose codes and texts match, each once, without the projects they are about.
messages() { sed -nE "s/^.*: $1 ($2)/\1/p" <<< "$3" | sed -E 's/ \[[^[]*\]$//' | awk '!seen[$0]++'; }

# The one line that says that it is not NUKE's own packages, and why; on GitHub the run carries it as a warning.
say_offline() {
    local line="Engine: src/Nuke.Offline$1"
    if [ "${GITHUB_ACTIONS:-}" = true ]; then line="::warning::${line//%/%25}"; fi
    echo "$line" >&2
}

# Which engine the build runs on: what the caller says, else what was found out before, else NUKE's packages if they restore.
choose_engine() {
    local log missing reason
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
    if log=$(dotnet_without_secrets restore "$project" -p:NukeEngine=Package --verbosity quiet); then
        engine=Package
        echo "Engine: NUKE's own packages." >&2
        messages warning 'NU16.*' "$log" >&2 # a source has other versions than those that are asked for
        echo Package > "$temp/engine"
        return
    fi

    engine=Offline
    missing=$(messages error 'NU110[0-3]: .*' "$log")
    if [ -n "$missing" ] && ! grep -q NU1301 <<< "$log"; then # NU1301: a source did not answer
        reason=$(grep -m 1 'Nuke\.' <<< "$missing") || reason=${missing%%$'\n'*}
        say_offline ", because this machine's package sources do not carry all of NUKE's packages: $reason (NUKE_ENGINE=Package insists on them)"
        found=Offline
        return
    fi

    reason=$(messages error 'NU1301: .*' "$log")
    reason=${reason:-$(messages error '.*' "$log")}
    reason=${reason:-$log}
    reason=${reason%%$'\n'*} reason=${reason%.}
    ! is_ci || fail "NUKE's packages could not be restored: $reason. In CI the build takes no other engine by itself; NUKE_ENGINE=Offline runs it on src/Nuke.Offline."
    # The network may be back the next time. What this run starts, such as the tests, has to choose the same.
    export NUKE_ENGINE=Offline
    say_offline " for this time, because NUKE's packages could not be restored: $reason (NUKE_ENGINE=Package insists on them)"
}

# What the build is made of: all of it but the app.
sources=("$root/build")
for folder in "$root"/src/*/; do
    case $folder in */src/Acci/) ;; *) sources+=("${folder%/}") ;; esac
done

# True when the assembly is this engine's, and nothing that the build is made of is newer than the last build of it.
is_current() {
    [ -f "$assembly" ] && [ -f "$stamp" ] && [ -f "$built_engine" ] && [ "$(tr -d '\r' < "$built_engine")" = "$engine" ] &&
        [ -z "$(find "${sources[@]}" "$root"/Directory.* "$root/global.json" \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]
}

choose_engine
if ! is_current; then
    require_sdk
    rm -f "$stamp"
    # The folders a first build would make, so that making them does not count as a change.
    mkdir -p "$temp"
    for folder in "${sources[@]}"; do mkdir -p "$folder/bin" "$folder/obj"; done
    # Dated from before the build, so that what was edited meanwhile is built the next time.
    marker=$(mktemp "$temp/built.XXXXXX")
    trap 'rm -f "$marker"' EXIT
    [ -f "$assembly" ] || echo "Building the build; this happens once …" >&2
    if ! log=$(dotnet_without_secrets build "$project" --configuration Debug -p:NukeEngine="$engine" -nodeReuse:false --verbosity quiet "-clp:ErrorsOnly;NoSummary"); then
        echo "$log" >&2
        [ "$engine" = Offline ] || [ -z "$(messages error 'NU1[13]0.*' "$log")" ] || fail "NUKE's packages do not restore; NUKE_ENGINE=Offline builds without them."
        fail "the build itself does not compile (engine: $engine)."
    fi
    mv -f "$marker" "$stamp"
    trap - EXIT
fi
# What does not compile on Offline either lacks more than NUKE, and nothing was found out.
[ -z "${found:-}" ] || echo "$found" > "$temp/engine"

# The engine takes the repository it is started in for the one to build.
case $(pwd -P)/ in "$root"/*) ;; *) cd -- "$root" ;; esac
exec dotnet "$assembly" "$@"
