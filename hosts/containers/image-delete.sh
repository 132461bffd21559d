# Removes the base image, unless containers of another environment or other images stand on it: for these, its layers
# would stay all the same.
# In: IMAGE
set -eu
id=$(podman image inspect --format '{{.Id}}' "$IMAGE" 2>/dev/null) || exit 0
users=$(podman ps --all --quiet --filter ancestor="$IMAGE")
images=$(podman image ls --all --quiet | xargs podman image inspect --format '{{.Parent}}' | grep -x "$id" || true)
test -n "$users$images" || podman image rm "$IMAGE" >/dev/null
