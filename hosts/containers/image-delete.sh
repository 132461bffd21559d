# Removes the base image, unless another environment's containers stand on it.
# In: IMAGE
set -eu
podman image exists "$IMAGE" || exit 0
users=$(podman ps --all --quiet --filter ancestor="$IMAGE")
test -n "$users" || podman image rm "$IMAGE" >/dev/null
