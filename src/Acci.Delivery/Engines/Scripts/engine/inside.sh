#!/usr/bin/env bash
# inside.sh FIRST-PORT LAST-PORT DAEMON ARGUMENT… : run by up.sh within the namespaces of an engine that does not run as root. Lets the daemon reach the
# local registry on this machine's 127.0.0.1, and becomes the daemon.

set -euo pipefail

# Where slirp4netns shows this machine's loopback. Source: slirp4netns(1), DESCRIPTION.
readonly MACHINE=10.0.2.2

ports=$1:$2
shift 2
# What another engine, or this one before it was killed, says of itself in /run is not for this one.
rm -rf /run/docker /run/containerd /run/xtables.lock
# A packet from 127.0.0.1 may leave by tap0, where its answer comes back.
for name in all tap0; do echo 1 >"/proc/sys/net/ipv4/conf/$name/route_localnet"; done
iptables -t nat -A OUTPUT -p tcp -d 127.0.0.1 --dport "$ports" -j DNAT --to-destination "$MACHINE"
iptables -t nat -A POSTROUTING -p tcp -d "$MACHINE" -j MASQUERADE
# Nothing else of this machine's loopback, and nothing of it for containers.
iptables -A OUTPUT -p tcp -d "$MACHINE" --dport "$ports" -j ACCEPT
iptables -A OUTPUT -d "$MACHINE" -j REJECT
iptables -t raw -A PREROUTING ! -i tap0 -d "$MACHINE" -j DROP
exec "$@"
