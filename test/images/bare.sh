# Makes the image of hosts that have no packages: the base image with the tests' options for JVMs.
# In: IMAGE BASE, and JVM, the file with the options
set -eu
container=$(podman create "$BASE")
folder=$(mktemp -d)
trap 'rm -r "$folder"; podman rm --force --time 0 "$container" >/dev/null' EXIT
mkdir "$folder/system.conf.d"
cp "$JVM" "$folder/system.conf.d"
podman cp "$folder/system.conf.d" "$container:/etc/systemd"
podman commit --quiet "$container" "$IMAGE" >/dev/null
