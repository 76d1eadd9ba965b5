#!/usr/bin/env bash
# ahead.sh FOLDER : compiles the assemblies in FOLDER ahead of time, each of them once: ACCI_AHEAD_COMPILER is crossgen2, ACCI_AHEAD_FRAMEWORK the folder
# of the runtime's assemblies, ACCI_AHEAD the folder that keeps what was made.
set -euo pipefail

for assembly in "$1"*.dll; do
    sum=$(sha256sum < "$assembly")
    made=$ACCI_AHEAD/${sum%% *}
    [ ! -e "$made.is-made" ] || continue
    if [ ! -e "$made" ]; then
        "$ACCI_AHEAD_COMPILER" "$assembly" -o "$made.$$" -r "$ACCI_AHEAD_FRAMEWORK/*.dll" -r "$1*.dll" --targetos linux --targetarch x64 -O > /dev/null
        sum=$(sha256sum < "$made.$$")
        : > "$ACCI_AHEAD/${sum%% *}.is-made"
        mv "$made.$$" "$made"
    fi
    # A build that runs from the old file goes on with it.
    cp "$made" "$assembly.$$" && mv "$assembly.$$" "$assembly"
done
