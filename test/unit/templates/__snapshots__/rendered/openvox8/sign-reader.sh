# Runs on the main server: signs a reader's request with the CA's key, and prints the certificate and the CA's.
# Not through the CA's pending requests: it signs whatever a stranger has put there under the name meanwhile.
set -euo pipefail
/usr/local/sbin/puppet-enrol --remove ada.puppetdb-reader >&2
# As the owner of the CA's folders: root would follow a link in them.
runuser -u puppet -- bash -s <<'SIGN'
set -euo pipefail
umask 027
cd '/etc/puppetlabs/puppetserver/ca'
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
cat >"$new/request.pem" <<'REQUEST'
-----BEGIN CERTIFICATE REQUEST-----
MIIB
-----END CERTIFICATE REQUEST-----
REQUEST
cat >"$new/extensions" <<'EXTENSIONS'
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = critical, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:ada.puppetdb-reader
1.3.6.1.4.1.34380.1.3.13 = ASN1:UTF8String:puppetdb-reader
EXTENSIONS
# The CA numbers its certificates from 1; this number it never reaches.
openssl x509 -req -in "$new/request.pem" -CA ca_crt.pem -CAkey ca_key.pem -sha256 -days 365 \
  -set_serial "0x01$(openssl rand -hex 15)" -extfile "$new/extensions" -out "$new/cert.pem" 2>"$new/errors" \
  || { cat "$new/errors" >&2; exit 1; }
# Where the CA finds it to revoke it.
cp "$new/cert.pem" 'signed/ada.puppetdb-reader.pem.new'
mv -fT 'signed/ada.puppetdb-reader.pem.new' 'signed/ada.puppetdb-reader.pem'
cat "$new/cert.pem"
SIGN
echo =====
timeout 30 runuser -u puppet -- head --bytes=1048576 /etc/puppetlabs/puppetserver/ca/ca_crt.pem
