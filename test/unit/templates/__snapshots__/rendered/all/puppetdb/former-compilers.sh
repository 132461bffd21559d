# Has PuppetDB accept the Puppet servers of its host state and no others: those that have left serve no agents any more.
set -euo pipefail
! cmp --silent /etc/puppetdb/servers /etc/puppetdb/certificate-allowlist || exit 0
install -m 0644 /etc/puppetdb/servers /etc/puppetdb/certificate-allowlist.new
mv /etc/puppetdb/certificate-allowlist.new /etc/puppetdb/certificate-allowlist
! systemctl is-active --quiet puppetdb || { systemctl reload puppetdb && /usr/local/sbin/puppetdb-await; }
