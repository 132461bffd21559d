# Starts one container, if it is this stack's.
# In: CONTAINER, and the stack as in owner.sh
set -eu
. "${0%/*}/owner.sh"
! ours "$CONTAINER" || podman start "$CONTAINER" >/dev/null
