# Makes the image of hosts that have no packages, the base image with the tests' options for JVMs, unless it is there.
# In: IMAGE BASE, and JVM, the file with the options
set -eu
recipe=$({ cat "$0" "$JVM"; podman image inspect --format '{{.Id}}' "$BASE"; } | sha256sum | cut -c 1-32)
made=$(podman image inspect --format '{{.Id}} {{index .Labels "recipe"}}' "$IMAGE" 2>/dev/null || true)
test "${made#* }" != "$recipe" || exit 0

container=$(podman create "$BASE")
folder=$(mktemp -d)
trap 'rm -r "$folder"; podman rm --force --time 0 "$container" >/dev/null' EXIT
mkdir "$folder/system.conf.d"
cp "$JVM" "$folder/system.conf.d"
podman cp "$folder/system.conf.d" "$container:/etc/systemd"
podman commit --quiet --change "LABEL recipe=$recipe" --change "LABEL pulumi-puppet-owner=" "$container" "$IMAGE" >/dev/null
# The one before, unless something stands on it.
test -z "$made" || podman image rm "${made%% *}" >/dev/null 2>&1 || true
