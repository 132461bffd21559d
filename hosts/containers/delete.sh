# Removes one host.
# In: CONTAINER
set -eu
podman rm --force --ignore --time 0 "$CONTAINER" >/dev/null
