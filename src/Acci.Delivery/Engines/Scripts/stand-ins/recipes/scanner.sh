# shellcheck shell=bash
# The stand-in for docker.io/docker/buildkit-syft-scanner:stable-1: BuildKit's scanner protocol on one static busybox.

scanner_packages() {
  root_prepare "$WORK/scanner"
  apt_locate "$SDK_SUITE" amd64 busybox-static | sed 's/$/ scanner/'
}

scanner_layer() {
  local root=$WORK/scanner command
  for command in sh awk sed find sort sha1sum sha256sum basename date cat; do ln -sfn busybox "$root/usr/bin/$command"; done
  install -m 755 "$FILES/scan" "$root/usr/bin/scan"
  install -D -m 644 "$FILES/spdx.awk" "$root/usr/lib/scan/spdx.awk"
  root_finish "$root"
  layer "$root" 0 .
}

scanner_build() {
  local upstream=$1 settings
  settings=$(printf '{"WorkingDir":"/","Entrypoint":["/usr/bin/scan"],"Env":["PATH=/usr/bin:/bin"],%s}' "$(labels "$upstream" org.acci.stand-in.suite "$SDK_SUITE")")
  index "$upstream" "$(image amd64 "$settings" "$(<"$WORK/scanner.layer")")"
}
