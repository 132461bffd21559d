# Makes the base image unless it is there: Debian with systemd and an SSH server. Any other image is pulled.
# In: IMAGE
set -eu
podman image exists "$IMAGE" && exit 0

case $IMAGE in
  localhost/pulumi-puppet-base:*) ;;
  *)
    podman pull --quiet "$IMAGE" && exit 0
    echo "puppet:containers.image is $IMAGE, which is not on this machine and cannot be pulled; write a different image, or remove it." >&2
    exit 1
    ;;
esac

packages=systemd,systemd-sysv,dbus,openssh-server,iproute2,ca-certificates,curl
# Every host gets keys of its own, and its SSH server starts once it has them.
prepare='systemctl disable ssh ssh.socket 2>/dev/null; rm -f /etc/ssh/ssh_host_*; : >/etc/machine-id'

if podman pull --quiet debian:trixie >/dev/null 2>&1; then
  echo "building the base image on debian:trixie"
  podman build --quiet --tag "$IMAGE" - <<EOF
FROM debian:trixie
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(echo $packages | tr , ' ') && apt-get clean && rm -rf /var/lib/apt/lists/* && { $prepare; }
CMD ["/sbin/init"]
EOF
  exit 0
fi

echo "debian:trixie cannot be pulled; making the base image with mmdebstrap"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mmdebstrap --quiet --variant=minbase --include="$packages" --customize-hook="chroot \"\$1\" sh -c '$prepare'" \
  trixie "$folder/base.tar"
podman import --quiet --change 'CMD ["/sbin/init"]' "$folder/base.tar" "$IMAGE"
