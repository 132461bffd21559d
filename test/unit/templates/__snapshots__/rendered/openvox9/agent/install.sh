#!/bin/bash
# Joins this machine as a Puppet agent of puppet.example.test. Run as root; keep it secret, it holds the key that
# the certificate authority asks of agents. Run again, it changes nothing that is already there.
#
# Its arguments are names for the certificate beside the machine's own; without any, they are those that puppet.conf has.
set -euo pipefail
umask 022

fail() {
  echo "$*" >&2
  exit 1
}

# Why there is no certificate, by what Puppet said; its last words are the same for every reason.
refused() {
  said=$(grep -avE 'maxwaitforcert|No more routes' <<<"$said" || true)
  case $said in
    *"still need to sign"*) fail "puppetca.example.test did not sign a certificate for $certname; its journal (journalctl -t puppet-autosign) says why${names:+. Names beside its own must be allowed there first: puppet-enrol --agent $certname ${names//,/ }}" ;;
  esac
  reason=$(grep -a '^Error: ' <<<"$said" | tail -n 1) || reason=$(tail -n 1 <<<"$said")
  case $reason in
    *getaddrinfo* | *"Hostname not known"*) why="the name cannot be resolved on this machine" ;;
    *"timed out"* | *"Connection refused"* | *unreachable* | *"No route to host"*) why="nothing answers at its port 8140; Puppet Server must run there, and firewalls let this machine through" ;;
    *"expected digest"* | *"verify failed"*) why="it has a certificate of another CA, or of another name" ;;
    *) why= ;;
  esac
  fail "$certname got no certificate from puppetca.example.test: ${why:+$why: }${reason#Error: }"
}

join() {
  test "$(id -u)" = 0 || fail "run this script as root: it installs a package"
  certname=$(hostname --fqdn | tr '[:upper:]' '[:lower:]')
  case $certname in
    *.*) ;;
    *) fail "the host name $certname has no domain: set a fully qualified one, it becomes the name in the certificate" ;;
  esac

  names=$(IFS=,; echo "$*")
  case $names in
    *[!a-z0-9._,-]*) fail "$names are not names for a certificate: write host names in lower case" ;;
  esac
  test -n "$names" || names=$({ sed -n 's/^[[:space:]]*dns_alt_names[[:space:]]*=//p' /etc/puppetlabs/puppet/puppet.conf 2>/dev/null || true; } | tail -n 1 | tr -d '[:space:]')

  if ! test -x /opt/puppetlabs/bin/puppet; then
    export DEBIAN_FRONTEND=noninteractive
# The repository's signing key is part of this script, so that no server can supply another.
. /etc/os-release
install -D -m 0644 /dev/stdin /etc/apt/keyrings/openvox9.asc <<'KEY'
-----BEGIN PGP PUBLIC KEY BLOCK-----

mQENBGeGidcBCADjJzn2Mh7E7guNotcwRh1vvKQkQrw/TYY+xuKA2DGOvMrVYzyn
BQ5CzQ3n2A4fyvUWhRqbgy2hV8uYQNap2ddJ05BlzH1WotUaLfHcAUmCxRIOYw89
nhi/5v+tZNjvAZo96E9fvYvWVnsYXVpYcG4xyGuQYdvEiBIrgxXM3M3XCgS3+Ns+
Hlm2FGZSxIYI0IOsbu34J5KDV/sAmBSAG7Oyg+hXGBAABWW97IQcZw0l260ksDHS
ea7Z0HcWmNgH6CjG2eR+WkGHJ7nVDxIr06SUgRr1xL66BrwYfD7rtURZJQWYPur4
D8G95js0Aisf2oUMHK0PRkq1hAUTBFXdE1P9ABEBAAG0IlZveCBQdXB1bGkgPG9w
ZW52b3hAdm94cHVwdWxpLm9yZz6JAVEEEwEIADsWIQQOJkKZhwAkGPlRPypfuZnC
1i/z2QUCZ4aJ1wIbAwULCQgHAgIiAgYVCgkICwIEFgIDAQIeBwIXgAAKCRBfuZnC
1i/z2dLbCADcttMJyLG3TFax4FAzhNMwqM/Md7eWvDcAlhiXCbvQCNEsK97zumzV
v2EnTRwH7HWJeq/+5YMMKZh7BGKQb5BqKygBamF7EyzR8I3AfDqoKXhvs9yIDnVv
BuGO1uzLZCP/jdN/KBGbcQvU5u2Uxr3nB9VxPcQnBtg4e3uYWPDPqm9sfiOzLn5D
UFLiE1MyFkQER6BZO86QxsL+jQDbOnSCIIKTMd017rUBxNDV9713KMNerjRhB1UT
K73UfsKCHfc45xg0t3dQz7td/3fp7GyJafvT65ww9bTRoHLVFG/q3jOQ4b5pNAuz
YyhoaxkEPFLXD/uYahTG6YnKBZQnEU+9uQENBGeGidcBCADL6aKBBbYcNV+tqcq0
2wV6QluFwyfqCK6tRBMd9iMXa9JOLLncKf6ADMAfstSJ95IDzeJMQJrMAJ9Jq9/c
dGceEv7IHahyQ3LbDrz6S8cFyDXxJNlFvVu1+xbuDdVTlmBb69u34TpFenqsO6oO
TO7C9bK+pt3lZuiCmzgCgtsqHA38/M0BhtR/as4tTbnwR9FDj5xYH4WgKCIj4OqN
F2dmmdjmtHtnpNVGLCiFsfiCRxQGj4WzQnrXe60FXekV/MJBCnGGdttdyBkFFywb
cT6ceZCJJ9nbVborqkAZgipllwE4JG5rjNVsX1vraNtzvikfykANNRoSNf9ZC2ya
4O4dABEBAAGJATYEGAEIACAWIQQOJkKZhwAkGPlRPypfuZnC1i/z2QUCZ4aJ1wIb
DAAKCRBfuZnC1i/z2UZVCACCAvzs6VSVmQYeMilylNd3pAlY+LaVGrdCMbYZ4FBv
vMNhpTOzcV6y/9gcfP5NH5jSmbIQ6Lq82OBGgaag0gUvcY5AIFutuZAph9LPVfY8
kEqBCa8TqRAiWMzqYElbUvWMnY4pLL3+vlQViXPFuLk8MViEJ5jphGG3j4WDTgwC
al8R3f/kzwRYoJc9CK9LbZreqKVWFLVbxunyq8R/7nWxH/9jCUr6GbY0X1bQfc5M
laqQNoSXiDwb+K2CU+szqmwcuyxliV3arAQ/2a509l90H1VyNzBNmC42JxqgFAAT
8Dj43+HR+npsfqx1w78xgCtYYi1TU+S+tKpvKybylNP9
=vzYO
-----END PGP PUBLIC KEY BLOCK-----
KEY
install -m 0644 /dev/stdin /etc/apt/sources.list.d/openvox9.list <<LIST
deb [signed-by=/etc/apt/keyrings/openvox9.asc] https://apt.voxpupuli.org $ID$VERSION_ID openvox9
LIST

    apt-get update -qq || fail "apt-get update failed; the package sources in /etc/apt must be reachable from this machine"
    apt-get install -qq --no-install-recommends openvox-agent >/dev/null || fail "apt-get could not install openvox-agent"
  fi

  install -m 0644 /dev/stdin /etc/puppetlabs/puppet/puppet.conf <<CONF
[main]
certname = $certname
server = puppet.example.test
ca_server = puppetca.example.test
dns_alt_names = $names
# The CA's certificates are taken only when their SHA-256 digest is this one.
ca_fingerprint = 8010bfcee1842b2a4ce8f67c3e9455f0188f7a15bf39ec61a26feb75cd785821
# These are asked directly, also where the environment has a proxy.
no_proxy = localhost, 127.0.0.1, puppet.example.test, puppetca.example.test, puppetfiles.example.test

[agent]
# Runs spread over the interval instead of coming all at once.
splay = true
CONF

  if ! test -s "$(/opt/puppetlabs/bin/puppet config print hostcert)"; then
    # The key is needed only to have the certificate signed, so it does not stay.
    trap 'rm -f /etc/puppetlabs/puppet/csr_attributes.yaml' EXIT
    install -m 0600 /dev/stdin /etc/puppetlabs/puppet/csr_attributes.yaml <<'ATTRIBUTES'
custom_attributes:
  1.2.840.113549.1.9.7: puppetauthorityagentkey0000000000000000000000000
ATTRIBUTES
    # Without the environment's proxy, as a no_proxy there would come before that in puppet.conf; apt needs both.
    { said=$(env -u http_proxy -u HTTP_PROXY /opt/puppetlabs/bin/puppet ssl bootstrap --color=false \
      --waitforcert 10 --maxwaitforcert 120 --http_connect_timeout 10 2>&1 </dev/null | tee >(cat >&3)) || refused; } 3>&1
  fi

  systemctl enable --now --quiet puppet
  echo "$certname is an agent of puppet.example.test"
}

join "$@"
