# Removes one host.
# In: CONTAINER
set -eu
podman rm --force --ignore --time 5 "$CONTAINER" >/dev/null
