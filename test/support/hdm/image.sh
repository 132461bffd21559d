# Makes the image that stands for HDM's, and an archive of it.
# In: CONTAINER (a container of the base image), IMAGE, ARCHIVE; the stand-in's files are in the container's
# /opt/hdm-stand-in. Out: the digest of the archive's image.
set -eu
podman exec "$CONTAINER" bash -ec '
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq --no-install-recommends ruby ruby-sqlite3 ruby-webrick >/dev/null 2>&1
  mkdir -p /hdm/config
  ln -s /opt/hdm-stand-in/bundle /usr/local/bin/bundle
' >&2

# As images are: without devices, which a container of this machine may not make. And with few files: in a host that is
# a container itself, podman copies all of them for each container.
excluded=$(printf ' --exclude=./%s/*' dev proc sys run tmp boot var/cache var/lib/apt var/lib/dpkg var/log \
  usr/share/doc usr/share/locale usr/share/man usr/share/zoneinfo usr/share/perl5 usr/share/bash-completion \
  usr/lib/systemd usr/lib/*-linux-gnu/gconv usr/lib/*-linux-gnu/perl-base)
podman exec "$CONTAINER" tar --create --one-file-system --directory=/ $excluded . \
  | podman import --quiet --change 'WORKDIR /hdm' - "$IMAGE" >&2
trap 'podman image rm "$IMAGE" >/dev/null' EXIT
rm -f "$ARCHIVE"
podman save --quiet --format oci-archive --output "$ARCHIVE" "$IMAGE" >&2
tar --extract --to-stdout --file="$ARCHIVE" index.json | sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p'
