# Removes the environment's network, and the throw-away agents that still use it.
# In: NETWORK
set -eu
if podman network exists "$NETWORK"; then podman network rm --force "$NETWORK" >/dev/null; fi
