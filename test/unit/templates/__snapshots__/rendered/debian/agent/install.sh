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
  test -n "$names" || names=$({ sed -n 's/^[[:space:]]*dns_alt_names[[:space:]]*=//p' /etc/puppet/puppet.conf 2>/dev/null || true; } | tail -n 1 | tr -d '[:space:]')

  if ! test -x /usr/bin/puppet; then
    export DEBIAN_FRONTEND=noninteractive

    apt-get update -qq || fail "apt-get update failed; the package sources in /etc/apt must be reachable from this machine"
    apt-get install -qq --no-install-recommends puppet-agent >/dev/null || fail "apt-get could not install puppet-agent"
  fi

  install -m 0644 /dev/stdin /etc/puppet/puppet.conf <<CONF
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

  if ! test -s "$(/usr/bin/puppet config print hostcert)"; then
    # The key is needed only to have the certificate signed, so it does not stay.
    trap 'rm -f /etc/puppet/csr_attributes.yaml' EXIT
    install -m 0600 /dev/stdin /etc/puppet/csr_attributes.yaml <<'ATTRIBUTES'
custom_attributes:
  1.2.840.113549.1.9.7: puppetauthorityagentkey0000000000000000000000000
ATTRIBUTES
    # Without the environment's proxy, as a no_proxy there would come before that in puppet.conf; apt needs both.
    { said=$(env -u http_proxy -u HTTP_PROXY /usr/bin/puppet ssl bootstrap --color=false \
      --waitforcert 10 --maxwaitforcert 120 --http_connect_timeout 10 2>&1 </dev/null | tee >(cat >&3)) || refused; } 3>&1
  fi

  systemctl enable --now --quiet puppet
  echo "$certname is an agent of puppet.example.test"
}

join "$@"
