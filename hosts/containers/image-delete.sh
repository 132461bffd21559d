# Removes the base image if this stack made it, unless containers of another environment or other images stand on it:
# for these, its layers would stay all the same.
# In: IMAGE, and the stack as in owner.sh
set -eu
. "${0%/*}/owner.sh"
id=$(podman image inspect --format '{{.Id}}' "$IMAGE" 2>/dev/null) || exit 0
made=$(podman image inspect --format '{{index .Labels "pulumi-puppet-image-owner"}}' "$IMAGE")
test "$made" = "$OWNER" || exit 0
users=$(podman ps --all --quiet --filter ancestor="$IMAGE")
images=$(podman image ls --all --quiet | xargs podman image inspect --format '{{.Parent}}' | grep -x "$id" || true)
test -n "$users$images" || podman image rm "$IMAGE" >/dev/null
