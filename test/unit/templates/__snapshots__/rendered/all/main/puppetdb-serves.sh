# Waits until PuppetDB serves this Puppet server, and says why it does not.
set -euo pipefail
end=$((SECONDS + 300))
# As the user of the certificate's folder, who could lead root astray in it.
until said=$(runuser --user puppet -- curl --noproxy '*' --silent --show-error --fail --output /dev/null --max-time 10 \
  --cacert /var/lib/puppet/ssl/certs/ca.pem --crlfile /etc/puppet/puppetserver/ca/ca_crl.pem --cert /var/lib/puppet/ssl/certs/main.example.test.pem --key /var/lib/puppet/ssl/private_keys/main.example.test.pem \
  https://puppetdb.example.test:8081/pdb/meta/v1/version 2>&1); do
  if [ $SECONDS -ge $end ]; then
    echo "PuppetDB does not serve main.example.test: $said" >&2
    exit 1
  fi
  sleep 1
done
