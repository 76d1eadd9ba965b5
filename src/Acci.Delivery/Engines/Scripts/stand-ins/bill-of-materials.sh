#!/usr/bin/env bash
# bill-of-materials.sh DIR ROOT NAME FILE : describes the file system of an image, as far as it lies in ROOT, by an in-toto
# statement with an SPDX 2.3 document. For builds whose BuildKit cannot pull a generator of these.
#
# Listed: Debian packages from /var/lib/dpkg/status.d, NuGet packages from *.deps.json, and the files under /app with
# their checksums. What was linked into a program is seen only where such a list lies beside it.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=../engine/lib/common.sh
. "$here/../engine/lib/common.sh"

# Lines of `deb NAME VERSION ARCHITECTURE`.
debian_packages() {
  local record
  for record in "$1"/var/lib/dpkg/status.d/*; do
    case $record in *.md5sums) continue ;; esac
    if [[ -f $record ]]; then cat "$record" && echo; fi
  done | awk '
    /^Package: /      { name = $2 }
    /^Version: /      { version = $2 }
    /^Architecture: / { architecture = $2 }
    /^$/ && name != "" { printf "deb\t%s\t%s\t%s\n", name, version, architecture; name = "" }'
}

# Lines of `nuget NAME VERSION`, from the libraries that are packages, and the parts of the runtime that come along.
nuget_packages() {
  find "$1/app" -name '*.deps.json' -type f -exec cat {} + | awk '
    /^  "libraries": \{/ { libraries = 1 }
    /^}/ { libraries = 0 }
    libraries && /^    "[^"]+\/[^"]+": \{/ { split($0, part, "\""); library = part[2] }
    libraries && /"type": "(package|runtimepack)"/ { split(library, part, "/"); printf "nuget\t%s\t%s\n", part[1], part[2] }' | sort -u
}

# Lines of `file PATH SHA1 SHA256`; SPDX asks for the first of them.
app_files() {
  local file one two
  find "$1/app" -type f | sort | while read -r file; do
    one=$(sha1sum <"$file")
    two=$(sha256sum <"$file")
    printf 'file\t%s\t%s\t%s\n' "${file#"$1"/}" "${one%% *}" "${two%% *}"
  done
}

main() {
  [[ $# -eq 4 ]] || die "usage: bill-of-materials.sh DIR ROOT NAME FILE"
  require_commands awk find
  local root=$2 name=$3 file=$4
  mkdir -p "$root/app"
  { debian_packages "$root" && nuget_packages "$root" && app_files "$root"; } \
    | awk -F '\t' -v name="$name" -v created="$(date -u +%Y-%m-%dT%H:%M:%SZ)" -v uuid="$(cat /proc/sys/kernel/random/uuid)" -f "$here/spdx.awk" >"$file"
}

main "$@"
