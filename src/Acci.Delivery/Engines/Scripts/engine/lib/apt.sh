# shellcheck shell=bash
# A private apt root that reads the machine's own apt configuration (mirror, keyring, proxy, credentials) and leaves the
# system's apt state untouched. Sourced, never run. Needs common.sh.

apt_require() {
  local distribution
  # shellcheck source=/dev/null
  distribution=$(. /etc/os-release 2>/dev/null && printf '%s|%s' "${ID:-}" "${PRETTY_NAME:-}" || true)
  [[ $distribution == debian\|* ]] || die "this machine runs ${distribution#*|}, what is fetched here are Debian's packages: install Docker (on Ubuntu: apt install docker.io docker-buildx docker-compose-v2) and start it; ACCI then uses that"
  require_commands apt-get apt-config dpkg dpkg-deb tar awk flock
  [[ -x /usr/lib/apt/apt-helper ]] || die "/usr/lib/apt/apt-helper is missing: reinstall the package apt"
}

# The machine's suite, such as bookworm.
apt_machine_suite() {
  # shellcheck source=/dev/null
  (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}")
}

# Every enabled Debian source of the machine in either of apt's formats, one a line: RANK URI [OPTIONS]. Lowest rank is best.
apt_machine_sources() {
  local LIST PARTS
  eval "$(apt-config shell LIST Dir::Etc::sourcelist/f PARTS Dir::Etc::sourceparts/d)"
  local files=() file
  for file in "$LIST" "$PARTS"/*.list "$PARTS"/*.sources; do
    if [[ -f $file ]]; then files+=("$file"); fi
  done
  [[ ${#files[@]} -gt 0 ]] || return 0
  awk -v suite="$(apt_machine_suite)" -f "$LIB/apt-sources.awk" "${files[@]}" | sort -sn
}

# Lists older than this many minutes are read again.
readonly LISTS_FRESH_MINUTES=60

# Every suite and architecture has a root of its own: they are read side by side, and a question to apt takes as long as
# its root is large.
apt_root() { printf '%s\n' "$CACHE/apt/$1-$2"; }

# apt_configure SUITE ARCHITECTURE : prepares the root. The configuration is given with -c, so that it is read after the
# machine's own and wins over it; the hooks cleared here would touch the system's caches.
apt_configure() {
  local root
  root=$(apt_root "$1" "$2")
  mkdir -p "$root"/{lists/partial,cache/archives/partial,state,log}
  : >"$root/status"
  cat >"$root/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
APT::Architecture "$2";
APT::Architectures { "$2"; };
Dir::Etc::sourcelist "$root/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "$root/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$root/state";
Dir::State::lists "$root/lists";
Dir::State::status "$root/status";
Dir::State::extended_states "$root/extended_states";
Dir::Cache "$root/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Log "$root/log";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::GzipIndexes "false";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
CONF
}

# apt_run SUITE ARCHITECTURE COMMAND… : one of apt's commands on that root. Children do not inherit the lock.
apt_run() {
  local root
  root=$(apt_root "$1" "$2")
  "$3" -c "$root/apt.conf" "${@:4}" 9>&-
}

# apt_lists SUITE=ARCHITECTURE… : reads these lists, all at the same time. False if one cannot be had; APT_REASON then says why.
apt_lists() {
  local pair root pids=() failed=''
  [[ -n $(apt_machine_sources) ]] || die "apt's sources on this machine name no Debian mirror for $(apt_machine_suite): check /etc/apt/sources.list and sources.list.d"
  for pair in "$@"; do
    root=$(apt_root "${pair%=*}" "${pair#*=}")
    mkdir -p "$root"
    apt_update "${pair%=*}" "${pair#*=}" "$root" >"$root/failure" 2>&1 &
    pids+=($!)
  done
  for pair in "$@"; do
    if ! wait "${pids[0]}" && [[ -z $failed ]]; then
      failed=yes
      root=$(apt_root "${pair%=*}" "${pair#*=}")
      disk_is_full "$CACHE" "$root/update.log" && die_disk_full "$CACHE"
      APT_REASON="cannot fetch the package list of ${pair%=*} for ${pair#*=} from $(last_line "$root/failure")"
    fi
    pids=("${pids[@]:1}")
  done
  [[ -z $failed ]]
}

# One list, from the first of the machine's Debian sources that has it. Prints what the best of them said when none has.
apt_update() {
  local suite=$1 architecture=$2 root=$3 uri options failure=''
  if [[ -n $(find "$root/fresh" -mmin "-$LISTS_FRESH_MINUTES" 2>/dev/null) ]]; then return; fi
  rm -f "$root/fresh"
  apt_configure "$suite" "$architecture"
  while read -r _ uri options; do
    printf 'deb [ arch=%s %s ] %s %s main\n' "$architecture" "$options" "$uri" "$suite" >"$root/sources.list"
    if apt_run "$suite" "$architecture" apt-get -q update >"$root/update.log" 2>&1; then
      : >"$root/fresh"
      return
    fi
    failure=${failure:-$(apt_source "$root"): $(apt_reason "$root/update.log")}
  done < <(apt_machine_sources)
  printf '%s\n' "$failure"
  return 1
}

apt_fail() { die "$APT_REASON; check this machine's network and apt sources"; }

# Whatever was fetched is fetched anew next time, as after a package that the list names is gone from the source.
apt_forget() { rm -rf "$CACHE/apt"; }

# The first thing apt complained of, without the address that goes before it.
apt_reason() {
  local reason=''
  if [[ -f $1 ]]; then
    reason=$(awk '/^(E|W): / && !/Some index files failed/ { sub(/^[EW]: /, ""); sub(/^Failed to fetch [^ ]+ +/, ""); gsub(/  +/, " "); print; exit }' "$1")
  fi
  printf '%s\n' "${reason:-$NO_MESSAGE}"
}

# For messages: where a root's packages come from, without a user name or password that may stand in the address.
apt_source() { sed -E 's/^deb \[[^]]*\] ([^ ]+) .*/\1/; s#//[^/@]*@#//#' "$1/sources.list"; }

# apt_locate SUITE ARCHITECTURE PACKAGE… : a line for each, `URI FILE BYTES SHA256:HASH`.
apt_locate() { apt_uris "$1" "$2" download "${@:3}"; }

# The same for the packages and everything they depend on, as if nothing were installed.
apt_closure() { apt_uris "$1" "$2" install -y "${@:3}"; }

apt_uris() {
  local root uris
  root=$(apt_root "$1" "$2")
  uris=$(apt_run "$1" "$2" apt-get -qq --print-uris "${@:3}" 2>"$root/uris.log") \
    || die "$(apt_source "$root") lacks a package that is needed for $1: $(apt_reason "$root/uris.log")"
  tr -d "'" <<<"$uris"
}
