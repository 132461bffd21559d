# Makes the environment's network; what an interrupted deployment left of it is used.
# In: NETWORK SUBNET AGENTS ENVIRONMENT
set -eu
if podman network exists "$NETWORK"; then
  podman network inspect "$NETWORK" | grep -qF "\"$SUBNET\"" && exit 0
  podman network rm --force "$NETWORK" >/dev/null
fi
podman network create --subnet "$SUBNET" --ip-range "$AGENTS" --label pulumi-puppet="$ENVIRONMENT" "$NETWORK"
