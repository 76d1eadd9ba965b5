# shellcheck shell=bash
# Downloads and unpacks packages, a few at a time, telling how far it is. Sourced, never run. Needs common.sh and apt.sh.

readonly DOWNLOADS_AT_ONCE=4

# package_fetch WORK URI FILE HASH [ROOT,…] : one package into WORK/debs, verified by its hash, and unpacked into each
# WORK/ROOT, without what WORK/ROOT.left-out lists. xargs runs it in a shell of its own.
package_fetch() {
  local debs=$1/debs uri=$2 file=$3 hash=$4 roots root
  IFS=, read -ra roots <<<"${5:-}"
  if [[ ! -f $debs/$file ]]; then
    # In another folder until it is whole, so that a killed download is never taken for a package.
    /usr/lib/apt/apt-helper -q -c "$1/debs/apt.conf" download-file "$uri" "$debs/partial/$file" "$hash" >"$debs/partial/$file.log" 2>&1 || return 1
    mv "$debs/partial/$file" "$debs/$file"
  fi
  for root in "${roots[@]}"; do
    dpkg-deb --fsys-tarfile "$debs/$file" 2>"$debs/partial/$file.log" \
      | tar -x -C "$1/$root" --no-same-owner --same-permissions --keep-directory-symlink --exclude-from="$1/$root.left-out" 2>>"$debs/partial/$file.log" || return 1
  done
}

# packages_fetch LABEL WORK : the packages listed on standard input, lines of `URI FILE BYTES HASH [ROOT]`; a package may
# be listed for several roots, or for none: then it is fetched and not unpacked.
packages_fetch() { packages_try "$@" || packages_fail "$2"; }

# The same, but false when one of them cannot be had; packages_reason then says which, and why.
packages_try() {
  local label=$1 work=$2 list worker root
  list=$(awk '!($2 in line) { line[$2] = $1 " " $2 " " $3 " " $4 " " } { roots[$2] = roots[$2] (roots[$2] == "" ? "" : ",") $5 }
    END { for (file in line) print line[file] roots[file] }' | sort -rn -k3,3)
  mkdir -p "$work/debs/partial"
  printf '%s\n' "$list" >"$work/debs/list"
  for root in $(awk '{ gsub(",", "\n", $5); print $5 }' <<<"$list" | sort -u); do
    mkdir -p "$work/$root"
    if [[ ! -f $work/$root.left-out ]]; then : >"$work/$root.left-out"; fi
  done
  # The machine's own apt configuration with its proxies and credentials, and these beside it.
  printf 'APT::Sandbox::User "root";\nAcquire::Retries "2";\nAcquire::http::Timeout "20";\nAcquire::https::Timeout "20";\n' >"$work/debs/apt.conf"
  export -f package_fetch
  # The largest first, or the last one of them would run alone at the end.
  awk '{ print $1; print $2; print $4; print $5 }' <<<"$list" \
    | xargs -d '\n' -n 4 -P "$DOWNLOADS_AT_ONCE" bash -c 'set -o pipefail; package_fetch "$@" || exit 255' fetch "$work" 9>&- 2>/dev/null &
  worker=$!
  progress "$label" "$work/debs" "$list" "$worker"
  wait "$worker"
}

# One line whenever there is news, at most two a second, until the worker is done.
progress() {
  local label=$1 folder=$2 list=$3 worker=$4 total now before=-1
  total=$(awk '{ bytes += $3 } END { printf "%d", bytes / 1e6 + 0.5 }' <<<"$list")
  while kill -0 "$worker" 2>/dev/null; do
    now=$(megabytes_here "$folder" "$list")
    if ((now > before)); then
      say "$label: fetching $now of $total MB"
      before=$now
    fi
    sleep 0.5
  done
}

# Megabytes of the listed packages that are here, finished or under way.
megabytes_here() {
  local folder=$1 files
  mapfile -t files < <(awk '{ print $2 }' <<<"$2")
  { stat -c %s -- "${files[@]/#/$folder/}" "${files[@]/#/$folder/partial/}" 2>/dev/null || true; } | awk '{ bytes += $1 } END { printf "%d", bytes / 1e6 + 0.5 }'
}

packages_fail() {
  local work=$1 reason
  disk_is_full "$work" "$work"/debs/partial/*.log && die_disk_full "$CACHE"
  reason=$(packages_reason "$work")
  if [[ -z $reason ]]; then die "cannot unpack the packages in $work: $(last_line "$work"/debs/partial/*.log); run this again"; fi
  apt_forget
  die "$reason; check this machine's network and apt sources and run this again"
}

# The first package of the last list that could not be fetched, and why; nothing when all of them are here.
packages_reason() {
  local work=$1 uri file
  while read -r uri file _; do
    if [[ ! -f $work/debs/$file ]]; then
      printf 'cannot fetch %s from %s: %s\n' "$file" "${uri%/pool/*}" "$(apt_reason "$work/debs/partial/$file.log")"
      return
    fi
  done <"$work/debs/list"
}
