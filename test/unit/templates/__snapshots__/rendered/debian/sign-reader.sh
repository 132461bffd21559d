# Runs on the main server: has the CA sign a reader's request, and prints the certificate and the CA's.
set -euo pipefail
certname='ada.puppetdb-reader'
requests=/etc/puppet/puppetserver/ca/requests
signed=/etc/puppet/puppetserver/ca/signed
rm -f /etc/puppet/puppetserver/ca/requests/ada.puppetdb-reader.pem; ! test -e /etc/puppet/puppetserver/ca/signed/ada.puppetdb-reader.pem || /usr/bin/puppetserver ca clean --certname ada.puppetdb-reader >&2
# The service that removes refused requests leaves them while somebody holds this lock.
exec 9<"$requests"
flock --timeout 60 9
umask 027
cat >"$requests/.reader" <<'REQUEST'
-----BEGIN CERTIFICATE REQUEST-----
MIIB
-----END CERTIFICATE REQUEST-----
REQUEST
chown puppet: "$requests/.reader"
mv --force "$requests/.reader" "$requests/$certname.pem"
/usr/bin/puppetserver ca sign --ttl 365d --certname "$certname" >&2
# Somebody may have sent a request of the same name in between: then this is not our key.
key() { openssl "$@" -noout -pubkey; }
if test "$(key x509 -in "$signed/$certname.pem")" != "$(key req <<'REQUEST'
-----BEGIN CERTIFICATE REQUEST-----
MIIB
-----END CERTIFICATE REQUEST-----
REQUEST
)"; then
  rm -f /etc/puppet/puppetserver/ca/requests/ada.puppetdb-reader.pem; ! test -e /etc/puppet/puppetserver/ca/signed/ada.puppetdb-reader.pem || /usr/bin/puppetserver ca clean --certname ada.puppetdb-reader >&2
  echo "another request for $certname came in between; run this again" >&2
  exit 1
fi
cat "$signed/$certname.pem"
echo =====
cat /etc/puppet/puppetserver/ca/ca_crt.pem
