# Makes the environment's network; what an interrupted deployment left of it is used, and so is one that is taken over
# with all its hosts.
# In: NETWORK SUBNET AGENTS ENVIRONMENT, and the stack as in owner.sh
set -eu
. "${0%/*}/owner.sh"

if podman network exists "$NETWORK"; then
  others= offers=
  hosts=$(podman ps --all --format '{{.Names}}' --filter network="$NETWORK" --filter label=pulumi-puppet="$ENVIRONMENT")
  for host in $hosts; do
    if offered "$host"; then
      offers="$offers $host"
    elif [ -n "$(marks "$host")" ] && ! ours "$host"; then
      others="$others $host"
    fi
  done
  test -z "$others" || refuse $others
  for host in $offers; do take "$host" "$KEY"; done

  podman network inspect "$NETWORK" | grep -qF "\"$SUBNET\"" && exit 0
  if [ "$(podman network inspect --format '{{index .Labels "pulumi-puppet-owner"}}' "$NETWORK")" != "$OWNER" ]; then
    echo "$ENVIRONMENT: this machine has a network $NETWORK that this stack did not make, and it is not $SUBNET; remove it: podman network rm $NETWORK" >&2
    exit 1
  fi
  # Fails, and changes nothing, while a container is in it.
  podman network rm "$NETWORK" >/dev/null
fi
podman network create --subnet "$SUBNET" --ip-range "$AGENTS" --label pulumi-puppet="$ENVIRONMENT" \
  --label pulumi-puppet-owner="$OWNER" "$NETWORK"
