# shellcheck shell=bash
# The stand-ins for docker.io/library/postgres:15 and docker.io/library/redis:7, from the suite that has these versions.

readonly -a SERVICE_PACKAGES=(bash dash coreutils sed grep findutils libc-bin base-files netbase tzdata util-linux)
# Perl serves Debian's own cluster commands only, LLVM the optional just-in-time compiler.
readonly -a SERVICE_WITHOUT=(
  'libllvm.*' 'libz3-4' 'perl.*' 'libperl.*' 'libjson-perl' 'libgdbm.*' 'postgresql-common' 'postgresql-client-common' 'ssl-cert' 'openssl' 'ucf' 'sensible-utils'
  'debconf' 'dpkg' 'init-system-helpers' 'adduser' 'passwd' 'login' 'libpam-.*' 'sysvinit-utils' 'lsb-base' 'mount' 'bsdutils' 'libdebconfclient0' 'tar' 'util-linux-extra')
readonly -a SERVICE_LEFT_OUT=('./usr/lib/postgresql/*/lib/llvmjit*' './usr/lib/postgresql/*/lib/bitcode' './usr/lib/*/gconv' './usr/share/perl*' './etc/redis')

service_packages() {
  local name=$1 package=$2
  root_prepare "$WORK/$name" "${SERVICE_LEFT_OUT[@]}"
  apt_closure "$SERVICES_SUITE" amd64 "${SERVICE_PACKAGES[@]}" "$package" | packages_without "$name" "${SERVICE_WITHOUT[@]}"
}

postgres_packages() { service_packages postgres postgresql-15; }
redis_packages() { service_packages redis redis-server; }

postgres_layer() {
  local root=$WORK/postgres
  root_finish "$root" postgres:999:/var/lib/postgresql
  ln -sfn bash "$root/usr/bin/sh"
  install -D -m 755 "$FILES/postgres-entrypoint" "$root/usr/local/bin/docker-entrypoint.sh"
  rm -rf "$root/var/lib/postgresql" "$root/run/postgresql"
  mkdir -p "$root/docker-entrypoint-initdb.d" "$WORK/postgres-owned"/{var/lib/postgresql/data,run/postgresql}
  layer "$root" 0 .
  layer "$WORK/postgres-owned" 999 var/lib/postgresql run/postgresql
}

postgres_build() {
  local upstream=$1 settings layers
  mapfile -t layers <"$WORK/postgres.layer"
  settings=$(printf '{"WorkingDir":"/","Entrypoint":["docker-entrypoint.sh"],"Cmd":["postgres"],"StopSignal":"SIGINT","ExposedPorts":{"5432/tcp":{}},"Volumes":{"/var/lib/postgresql/data":{}},"Env":["PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","LANG=C.UTF-8","PG_MAJOR=15","PGDATA=/var/lib/postgresql/data"],%s}' \
    "$(labels "$upstream" org.acci.stand-in.suite "$SERVICES_SUITE")")
  index "$upstream" "$(image amd64 "$settings" "${layers[@]}")"
}

redis_layer() {
  local root=$WORK/redis
  root_finish "$root" redis:999:/data
  ln -sfn bash "$root/usr/bin/sh"
  mkdir -p "$WORK/redis-owned/data"
  layer "$root" 0 .
  layer "$WORK/redis-owned" 999 data
}

redis_build() {
  local upstream=$1 settings layers
  mapfile -t layers <"$WORK/redis.layer"
  settings=$(printf '{"User":"999:999","WorkingDir":"/data","Cmd":["redis-server","--bind","0.0.0.0","--protected-mode","no"],"ExposedPorts":{"6379/tcp":{}},"Volumes":{"/data":{}},"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],%s}' \
    "$(labels "$upstream" org.acci.stand-in.suite "$SERVICES_SUITE")")
  index "$upstream" "$(image amd64 "$settings" "${layers[@]}")"
}
