# Runs one host: a container with systemd.
# In: CONTAINER IMAGE NETWORK FQDN DOMAIN ENVIRONMENT, and where it has any: ADDRESS ALIASES PORTS; the stack as in
# owner.sh, whose key may log in.
set -eu
. "${0%/*}/owner.sh"

booted() {
  # systemd answers a moment after the container runs.
  deadline=$(($(date +%s) + 60))
  until podman exec "$CONTAINER" systemctl is-system-running --quiet 2>/dev/null; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "$FQDN: systemd did not start within 60 s; \`podman exec $CONTAINER systemctl --failed\` shows what failed" >&2
      exit 1
    fi
    sleep 0.2
  done
}

if podman container exists "$CONTAINER"; then
  ! offered "$CONTAINER" || take "$CONTAINER" "$KEY"
  ours "$CONTAINER" || refuse "$CONTAINER"
  # A host that has been configured is never made anew: the CA may be on it.
  if podman cp "$CONTAINER:/var/lib/pulumi-puppet/lock" - >/dev/null 2>&1; then
    podman start "$CONTAINER" >/dev/null
    is=$(podman inspect --format '{{.Config.Hostname}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$CONTAINER")
    if [ "$is" != "$FQDN $ADDRESS" ]; then
      echo "$CONTAINER is $is, but would be $FQDN $ADDRESS with these settings; deploy with the puppet:domain and the puppet:containers.subnet that it was made with, or remove it: podman rm --force $CONTAINER" >&2
      exit 1
    fi
    booted
    exit 0
  fi
  # What an interrupted deployment left.
  podman rm --force --time 0 "$CONTAINER" >/dev/null
fi

set --
for alias in $FQDN ${ALIASES-}; do set -- "$@" --network-alias "$alias"; done

# A rule that forwards a port stays when the container's monitor is killed. So ports are below those that programs
# get when they ask for any: one that got the port of such a rule, the engine of Pulumi perhaps, would be unreachable.
range=10000
first=$(($(cut -f 1 /proc/sys/net/ipv4/ip_local_port_range) - range))
listens() { grep -qsiE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F]+:0000 0A" /proc/net/tcp /proc/net/tcp6; }
# Hosts that are made at the same time begin at different ports, and stay apart when they pass over one that is taken.
if [ -n "${ADDRESS-}" ]; then
  network=${ADDRESS%.*}
  offset=$(((${network##*.} * 256 + ${ADDRESS##*.}) * 2))
else
  offset=$(printf %s "$CONTAINER" | cksum | cut -d ' ' -f 1)
fi
for port in ${PORTS-}; do
  while listens $((first + offset % range)); do offset=$((offset + 512)); done
  set -- "$@" --publish "127.0.0.1:$((first + offset % range)):$port"
  offset=$((offset + 1))
done

# crun does not start on a machine whose cgroups are not (only) version 2; runc does.
test -e /sys/fs/cgroup/cgroup.controllers || RUNTIME=runc

# Podman gives containers limits of its own choice, above this machine's. Without CAP_SYS_RESOURCE (bit 24)
# nobody may raise a limit: then the machine's limits, and for processes the one Podman first lowers itself to.
if [ $((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) >> 24 & 1)) = 0 ]; then
  files=$(ulimit -H -n)
  set -- "$@" --ulimit "nofile=$files:$files" --ulimit nproc=32768:32768
fi

# SYS_ADMIN: Debian's haproxy unit bind-mounts /dev/log, which systemd cannot do without it. NET_ADMIN: limits on
# connections are rules of nftables. SYS_PTRACE: connections from before a revocation are ended in the server's process.
podman ${RUNTIME:+--runtime "$RUNTIME"} run --detach --name "$CONTAINER" --label pulumi-puppet="$ENVIRONMENT" \
  --label pulumi-puppet-owner="$OWNER" --label pulumi-puppet-folder="$(cd "${0%/*}/../.." && pwd)" \
  --systemd=always --cap-add=SYS_ADMIN --cap-add=NET_ADMIN --cap-add=SYS_PTRACE --restart=always \
  --network "$NETWORK" ${ADDRESS:+--ip "$ADDRESS"} --hostname "$FQDN" --dns-search "$DOMAIN" "$@" "$IMAGE" >/dev/null
booted
test -z "$KEY" || give "$CONTAINER" "$KEY"
