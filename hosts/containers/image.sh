# Makes the base image unless it is there: Debian with systemd and an SSH server. Any other image is pulled.
# In: IMAGE, and the stack as in owner.sh
set -eu
. "${0%/*}/owner.sh"
podman image exists "$IMAGE" && exit 0

case $IMAGE in
  localhost/pulumi-puppet-base:*) ;;
  *)
    podman pull --quiet "$IMAGE" && exit 0
    echo "puppet:containers.image is $IMAGE, which is not on this machine and cannot be pulled; write a different image, or remove it." >&2
    exit 1
    ;;
esac

owner="pulumi-puppet-image-owner=$OWNER"
packages=systemd,systemd-sysv,dbus,openssh-server,iproute2,ca-certificates,curl
# Every host gets keys of its own, and its SSH server starts once it has them.
prepare='systemctl disable ssh ssh.socket 2>/dev/null; rm -f /etc/ssh/ssh_host_*; : >/etc/machine-id'

echo "building the base image"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# From Debian's packages, whose signatures APT verifies: an image is whatever a registry sends under its name.
mmdebstrap --quiet --variant=minbase --include="$packages" --customize-hook="chroot \"\$1\" sh -c '$prepare'" \
  trixie "$folder/base.tar"
podman import --quiet --change 'CMD ["/sbin/init"]' --change "LABEL $owner" "$folder/base.tar" "$IMAGE"
