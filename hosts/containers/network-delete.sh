# Removes the environment's network, and the throw-away agents in it; containers of others stay, and so does their
# network then.
# In: NETWORK ENVIRONMENT, and the stack as in owner.sh; states of an earlier version do not name it.
set -eu
. "${0%/*}/owner.sh"
podman network exists "$NETWORK" || exit 0

mine= unmarked= others=
for container in $(podman ps --all --format '{{.Names}}' --filter network="$NETWORK"); do
  if [ "$(label "$container" pulumi-puppet)" != "$ENVIRONMENT" ]; then
    others="$others $container"
  elif ours "$container"; then
    mine="$mine $container"
  elif [ -z "$(marks "$container")" ]; then
    # An agent that an earlier version made.
    unmarked="$unmarked $container"
  else
    others="$others $container"
  fi
done
test -z "$mine" || podman rm --force --time 0 $mine >/dev/null
if [ -n "$others" ]; then
  echo "the network $NETWORK was left alone, because containers in it are not this stack's:$others" >&2
  exit 0
fi
test -z "$unmarked" || podman rm --force --time 0 $unmarked >/dev/null
podman network rm "$NETWORK" >/dev/null
