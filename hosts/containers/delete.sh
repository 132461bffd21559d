# Removes one host, if it is this stack's.
# In: CONTAINER, and the stack as in owner.sh
set -eu
. "${0%/*}/owner.sh"
podman container exists "$CONTAINER" || exit 0
if ours "$CONTAINER"; then
  podman rm --force --time 0 "$CONTAINER" >/dev/null
else
  echo "$CONTAINER is another stack's now, and was left alone" >&2
fi
