# shellcheck shell=bash
# The stand-in for mcr.microsoft.com/dotnet/sdk:10.0 and :10.0-noble-aot: this machine's .NET SDK on Debian packages with
# what NativeAOT links with, for amd64 and, crosswise, for arm64.

# gcc's cross compiler is asked for because its dependencies are the cross libraries; itself it is not needed, clang links.
readonly -a SDK_PACKAGES=(bash dash coreutils sed grep gzip tar findutils diffutils libc-bin base-files ca-certificates tzdata netbase hostname
  libicu-dev openssl zlib1g clang lld binutils libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
readonly -a SDK_WITHOUT=(
  # compilers, and what only they use
  'gcc-aarch64-linux-gnu' 'gcc-[0-9]+-aarch64-linux-gnu(-base)?' 'gcc-[0-9]+-base' 'gcc-[0-9]+-cross-base.*' 'cpp(-.*)?' 'libgmp10' 'libmpfr6' 'libmpc3' 'libisl23' 'libcc1-0'
  # libraries for compiling, sanitizing and profiling
  'linux-libc-dev.*' 'libstdc[+][+]-[0-9]+-dev.*' 'libcrypt-dev' 'libobjc.*' 'libclang-(common|rt)-.*' 'libclang1-.*' 'llvm-.*-linker-tools' 'rpcsvc-proto'
  'lib(a|t|l|ub|hwa)san[0-9]+.*' 'libitm1.*' 'libquadmath0' 'libgomp1-arm64-cross' 'libgprofng0'
  # asked for because of what they depend on
  'libicu-dev' 'icu-devtools' 'openssl.*'
  # what an installed system needs
  'perl.*' 'debconf' 'dpkg' 'init-system-helpers' 'libpam.*' 'libdb5.*' 'libsystemd.*' 'libapt.*' 'libaudit.*' 'libcap-ng.*' 'libdebconfclient0' 'bsd.*' 'login.*' 'passwd' 'mount' 'libsqlite3-0' 'libtirpc.*' 'libnsl.*')
# Headers, sanitizers and static libraries: nothing is compiled here, the linker takes the shared ones.
readonly -a SDK_LEFT_OUT=(./usr/include ./usr/aarch64-linux-gnu/include './usr/lib/gcc*/*/*/include' './usr/lib/llvm-*/include' './usr/lib/gcc*/*/*/lib*san*'
  './usr/lib/gcc*/*/*/libgomp.*' './usr/lib/gcc*/*/*/libitm.*' './usr/lib/gcc*/*/*/libquadmath.*' './usr/lib/gcc*/*/*/libgcov.*'
  './usr/lib/*/libc.a' './usr/lib/*/libm-*.a' './usr/lib/*/libmvec.a' './usr/aarch64-linux-gnu/lib/libc.a' './usr/aarch64-linux-gnu/lib/libm-*.a' './usr/aarch64-linux-gnu/lib/libmvec.a'
  './usr/lib/*/gconv' ./usr/aarch64-linux-gnu/lib/gconv './usr/share/perl*' './usr/share/gcc*' ./usr/share/gdb './usr/lib/llvm-*/share' ./usr/share/i18n './usr/bin/*gprofng*')

sdk_packages() {
  root_prepare "$WORK/sdk" "${SDK_LEFT_OUT[@]}"
  apt_closure "$SDK_SUITE" amd64 "${SDK_PACKAGES[@]}" | packages_without sdk "${SDK_WITHOUT[@]}"
}

sdk_layer() {
  local root=$WORK/sdk
  root_finish "$root" app:1654:/home/app
  mkdir -p "$root/home/app"
  ln -sfn bash "$root/usr/bin/sh"
  layer "$root" 0 .
}

sdk_build() {
  local upstream=$1 settings layers revocation=''
  # Where the machine cannot ask whether a certificate was revoked, neither can a container on it.
  if [[ ${NUGET_CERT_REVOCATION_MODE:-} == offline ]]; then revocation=',"NUGET_CERT_REVOCATION_MODE=offline"'; fi
  mapfile -t layers < <(cat "$WORK"/{sdk,dotnet-runtime,dotnet-sdk}.layer)
  settings=$(printf '{"WorkingDir":"/","Cmd":["bash"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","APP_UID=1654","ASPNETCORE_HTTP_PORTS=8080","DOTNET_RUNNING_IN_CONTAINER=true","DOTNET_USE_POLLING_FILE_WATCHER=true","DOTNET_GENERATE_ASPNET_CERTIFICATE=false","DOTNET_NOLOGO=true","DOTNET_CLI_TELEMETRY_OPTOUT=1","NUGET_XMLDOC_MODE=skip","DOTNET_SDK_VERSION=%s"%s],%s}' \
    "$DOTNET_SDK" "$revocation" \
    "$(labels "$upstream" org.acci.stand-in.suite "$SDK_SUITE")")
  index "$upstream" "$(image amd64 "$settings" "${layers[@]}")"
}
