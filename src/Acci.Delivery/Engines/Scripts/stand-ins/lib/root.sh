# shellcheck shell=bash
# What packages' maintainer scripts would have done to a root file system, and what an image does not need of it.
# Sourced, never run.

# Never unpacked. Programs find their messages in English without the rest.
readonly -a DOCUMENTATION=(./usr/share/doc ./usr/share/man ./usr/share/info ./usr/share/lintian ./usr/share/locale ./usr/share/bug
  ./usr/share/bash-completion ./usr/share/doc-base ./usr/share/common-licenses ./usr/share/zoneinfo/right ./usr/share/zoneinfo/posix
  ./usr/share/ca-certificates ./usr/lib/systemd ./lib/systemd ./etc/systemd ./etc/init.d ./etc/cron.* ./etc/apt ./etc/dpkg ./etc/pam.d
  ./usr/share/base-files ./usr/share/debconf ./usr/share/menu ./usr/share/pixmaps ./usr/share/applications)

# root_prepare ROOT [LEFT-OUT]… : an empty root in the layout of a merged /usr, so that packages from before that merge fit
# as well, and the list of what is not to be unpacked into it.
root_prepare() {
  local root=$1 folder
  shift
  mkdir -p "$root"
  printf '%s\n' "${DOCUMENTATION[@]}" "$@" >"$root.left-out"
  for folder in bin sbin lib lib64; do
    mkdir -p "$root/usr/$folder"
    ln -sfn "usr/$folder" "$root/$folder"
  done
}

# packages_without ROOT PATTERN… : of the packages listed on standard input those whose name none of the patterns is, for ROOT.
packages_without() {
  local root=$1 IFS='|'
  shift
  awk -v without="^($*)\$" -v root="$root" '{ name = $2; sub(/_.*/, "", name) } name !~ without { print $0, root }'
}

# root_finish ROOT USER:UID:HOME… : folders, certificates and users.
root_finish() {
  local root=$1 user name id home
  shift
  mkdir -p "$root"/{etc/ssl/certs,proc,run,root,sys,tmp,var/lib,var/tmp}
  rm -rf "$root/var/run" "$root/var/lock"
  ln -s /run "$root/var/run"
  chmod 700 "$root/root"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  certificates >"$root/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0:root:/root:%s\n' "$(root_shell "$root")" >"$root/etc/passwd"
  printf 'root:x:0:\ntty:x:5:\nstaff:x:50:\n' >"$root/etc/group"
  for user in nobody:65534:/nonexistent "$@"; do
    IFS=: read -r name id home <<<"$user"
    printf '%s:x:%s:%s:%s:%s:/sbin/nologin\n' "$name" "$id" "$id" "$name" "$home" >>"$root/etc/passwd"
    printf '%s:x:%s:\n' "$name" "$id" >>"$root/etc/group"
  done
  printf 'passwd: files\ngroup: files\nhosts: files dns\nnetworks: files\nprotocols: db files\nservices: db files\nethers: db files\nrpc: db files\n' >"$root/etc/nsswitch.conf"
}

root_shell() { if [[ -x $1/bin/bash ]]; then printf '/bin/bash\n'; else printf '/sbin/nologin\n'; fi; }

# The machine's own bundle: behind a company's gateway it has the company's authority too.
certificates() {
  local file
  for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt; do
    if [[ -s $file ]]; then
      cat "$file"
      return
    fi
  done
  die "this machine has no certificate bundle (/etc/ssl/certs/ca-certificates.crt): apt install ca-certificates"
}

# root_packages ROOT WORK FILE… : the package records where scanners look for them in an image without a package manager.
root_packages() {
  local root=$1 work=$2 file
  shift 2
  mkdir -p "$root/var/lib/dpkg/status.d"
  for file in "$@"; do
    dpkg-deb -f "$work/debs/$file" >"$root/var/lib/dpkg/status.d/${file%%_*}"
  done
}
