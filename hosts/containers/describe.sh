# Describes one host, after starting it if it was stopped.
# In: CONTAINER. Out: JSON with the container's id and, for each of its ports, the one it has on this machine.
set -eu
podman start "$CONTAINER" >/dev/null
id=$(podman inspect --format '{{.Id}}' "$CONTAINER")
ports=$(podman port "$CONTAINER" | sed -E 's|^([0-9]+)/tcp -> [^:]*:([0-9]+)$|"\1":\2|' | paste -sd,)
echo "{\"id\":\"$id\",\"ports\":{$ports}}"
