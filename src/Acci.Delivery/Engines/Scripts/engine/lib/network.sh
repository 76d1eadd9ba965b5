# shellcheck shell=bash
# The private engine's bridge, its subnet and its packet filter rules. Sourced, never run. Needs common.sh.
#
# The engine itself touches no rules (it would flush chains that another engine shares): three rules of our own, known by
# their comment, let its containers reach the network. $BRIDGE is the bridge's name and that comment.

# The first /16 that no route and no address of this machine touches.
free_subnet() {
  local taken second
  taken=$( { ip -4 -o addr show | awk '{ print $4 }'; ip -4 route show table all | awk '{ print ($1 ~ /^[0-9]/) ? $1 : $2 }'; } | grep -E '^[0-9]+\.' | sort -u || true)
  for second in {90..99} {200..250}; do
    if ! overlaps "10.$second.0.0/16" "$taken"; then
      printf '10.%s\n' "$second"
      return
    fi
  done
  die "no free subnet for the private engine: 10.90.0.0/16 to 10.250.0.0/16 are all routed on this machine"
}

# overlaps A.B.C.D/BITS SUBNETS : the subnet shares an address with one of the SUBNETS.
overlaps() {
  local one=$1 other
  for other in $2; do
    if subnets_meet "$one" "$other"; then return 0; fi
  done
  return 1
}

subnets_meet() {
  local a=${1%/*} b=${2%/*} bits=32 given
  for given in "$1" "$2"; do
    if [[ $given == */* ]]; then given=${given#*/}; else given=32; fi
    if ((given < bits)); then bits=$given; fi
  done
  ((bits == 0 || ($(number "$a") >> (32 - bits)) == ($(number "$b") >> (32 - bits))))
}

# An IPv4 address as a number; a shortened one (10.9) is padded.
number() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  printf '%d\n' $(((a << 24) + (${b:-0} << 16) + (${c:-0} << 8) + ${d:-0}))
}

# What the link to the outside carries; a larger packet from a container would be lost on its way.
link_mtu() {
  local device
  device=$(ip -4 route show default | word_after dev)
  # Not /sys/class/net, which may be that of another network namespace.
  if [[ -n $device ]]; then ip -o link show dev "$device" | word_after mtu; else printf '1500\n'; fi
}

word_after() { awk -v word="$1" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }'; }

bridge_up() {
  local prefix=$1 mtu=$2 reason
  reason=$(ip link add "$BRIDGE" type bridge 2>&1) || die "this kernel makes no network bridge ($reason): load the module bridge, or install Docker where it runs"
  ip addr add "$prefix.0.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" mtu "$mtu" up
}

bridge_down() {
  if ip link show dev "$BRIDGE" >/dev/null 2>&1; then ip link del "$BRIDGE"; fi
}

# The bridges that the engine's networks and its swarm leave behind: those of the networks in its DATA, and the swarm's if it lies in
# the subnet of the configuration FILE. The next start would take another subnet because of them, for which the engine's own bridge,
# which keeps its address, has no rules. The engine makes them again.
network_bridges_down() {
  local prefix='' bridge address
  if [[ -f $1 ]]; then prefix=$(sed -n 's/.*"base": "\(10\.[0-9]*\)\..*/\1/p' "$1"); fi
  while read -r bridge address; do
    if [[ $bridge == docker_gwbridge && -n $prefix && $address == "$prefix".* ]] || is_network_of "$2" "$bridge"; then ip link del "$bridge"; fi
  done < <(ip -4 -o addr show | awk '{ print $2, $4 }')
}

# Docker names the bridge of a network br- and the first 12 digits of its identifier, which stands in its DATA.
is_network_of() {
  [[ $2 =~ ^br-[0-9a-f]{12}$ ]] && grep -aqF "\"id\":\"${2#br-}" "$1/network/files/local-kv.db" 2>/dev/null
}

# The rules are for the subnet that was chosen. An engine keeps the address of its first start, which another route may cover by now.
require_bridge_in() {
  local actual
  actual=$(ip -4 -o addr show dev "$BRIDGE" | awk '{ print $4; exit }')
  [[ $actual == "$1".* ]] || die "the private engine's network is ${actual:-gone}, and a route of this machine covers it by now: StopEngine --purge-engine, and the next start takes another one"
}

# Inserted first, so that a host that forwards nothing by default lets these pass.
rules_up() {
  local prefix=$1 subnet=$1.0.0/16 reason
  reason=$(iptables -t nat -I POSTROUTING -s "$subnet" ! -d "$subnet" -m comment --comment "$BRIDGE" -j MASQUERADE 2>&1 \
    && iptables -I FORWARD -s "$subnet" -m comment --comment "$BRIDGE" -j ACCEPT 2>&1 \
    && iptables -I FORWARD -d "$subnet" -m comment --comment "$BRIDGE" -j ACCEPT 2>&1) \
    || die "cannot let the private engine's containers reach the network: ${reason%%$'\n'*}; the kernel needs nf_tables with NAT and the comment match"
}

# Every rule that carries our comment, whichever subnet an earlier run chose.
rules_down() {
  local table rule
  for table in nat filter; do
    while read -r rule; do
      # shellcheck disable=SC2086 # the rule is a list of words
      iptables -t "$table" -D ${rule#-A } 2>/dev/null || true
    done < <(iptables -t "$table" -S 2>/dev/null | grep -F -- "--comment $BRIDGE " || true)
  done
}

# The engine switches forwarding on. Another engine, a VPN or Kubernetes that started later may rely on it, so it stays on after the
# engine stops, as it does with Docker's own.
forwarding_remember() { cat /proc/sys/net/ipv4/ip_forward >"$1"; }

forwarding_left_on() {
  if [[ -f $1 && $(<"$1") == 0 && $(</proc/sys/net/ipv4/ip_forward) == 1 ]]; then
    say 'engine: IP forwarding, which the engine switched on, stays on: something else may need it by now. sysctl -w net.ipv4.ip_forward=0 switches it off'
  fi
  rm -f "$1"
}
