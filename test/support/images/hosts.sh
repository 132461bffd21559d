# Makes the image of the tests' hosts, on top of the one without packages, unless it is there and of today: its package
# lists get old. Hosts of it have the packages of every role, none of whose services is enabled.
#
# Their JVMs start in a third of the processor time: Debian leaves it to each start of Puppet Server and PuppetDB to
# compile their Clojure code, which is done here once, and nothing is optimised for a long life.
# In: IMAGE BASE PACKAGES, and SCRIPTS, the folder of the containers' own scripts
set -eu
recipe=$(cat "$0" "${0%/*}/jvm.conf" - <<PACKAGES | sha256sum | cut -c 1-32
$PACKAGES
PACKAGES
)
made=$(podman image inspect --format '{{.Created.Unix}} {{index .Labels "recipe"}}' "$IMAGE" 2>/dev/null || true)
if [ "${made#* }" = "$recipe" ] && [ $(($(date +%s) - ${made%% *})) -lt 86400 ]; then exit 0; fi
before=$(podman image inspect --format '{{.Id}}' "$IMAGE" 2>/dev/null || true)

container=pulumi-puppet-test-image-$$
trap 'podman rm --force --ignore --time 0 "$container" >/dev/null' EXIT
CONTAINER=$container IMAGE=$BASE NETWORK=podman FQDN=image.example.test DOMAIN=example.test ENVIRONMENT=test \
  sh "$SCRIPTS/container.sh"
podman exec --interactive --env PACKAGES="$PACKAGES" "$container" bash -es <<'SCRIPT'
export DEBIAN_FRONTEND=noninteractive
enabled() { systemctl list-unit-files --state=enabled --no-legend | cut -d ' ' -f 1 | sort; }
enabled >/tmp/before
# Nothing starts while the packages are installed.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
apt-get update -qq
apt-get install -qq --no-install-recommends $PACKAGES >/dev/null 2>&1 </dev/null
rm /usr/sbin/policy-rc.d
enabled >/tmp/after
comm -13 /tmp/before /tmp/after | xargs systemctl --quiet disable
rm /tmp/before /tmp/after
apt-get clean

# The services of a bootstrap configuration, by the namespaces of their code.
services() { grep --no-filename '^puppetlabs' "$@" | cut -d / -f 1 | sort -u; }
# Adds to a JAR the classes of its namespaces.
compile() {
  jar=$1
  classes=$(mktemp -d)
  shift
  java -XX:TieredStopAtLevel=1 -Dclojure.compile.path="$classes" -Djruby.lib=/usr/share/jruby/lib \
    -cp "$jar:$classes" clojure.lang.Compile "$@" >"$classes.log" 2>&1 || { tail "$classes.log" >&2; return 1; }
  python3 - "$jar" "$classes" <<'ADD'
import os, sys, zipfile
jar, classes = sys.argv[1:]
with zipfile.ZipFile(os.path.realpath(jar), "a") as file:
    for folder, _, names in os.walk(classes):
        for name in names:
            path = os.path.join(folder, name)
            file.write(path, os.path.relpath(path, classes))
ADD
  rm -r "$classes" "$classes.log"
}
compile /usr/share/puppetserver/puppetserver.jar puppetlabs.trapperkeeper.main \
  puppetlabs.services.ca.certificate-authority-disabled-service $(services /etc/puppet/puppetserver/services.d/*) &
compile /usr/share/puppetdb/puppetdb.jar puppetlabs.puppetdb.core $(services /etc/puppetdb/bootstrap.cfg)
wait $!
: >/etc/machine-id
SCRIPT
podman stop --time 20 "$container" >/dev/null
podman commit --quiet --change 'CMD ["/sbin/init"]' --change "LABEL recipe=$recipe" --change "LABEL pulumi-puppet-owner=" "$container" "$IMAGE" >/dev/null
# The one before, unless something stands on it.
test -z "$before" || podman image rm "$before" >/dev/null 2>&1 || true
