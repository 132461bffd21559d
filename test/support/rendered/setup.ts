import { startTestContainer } from "../containers.js";
import { makeImages } from "../images/images.js";
import { parsersName } from "./parsers.js";

/**
 * What the parsers need to be there before they read: a CA, a host's certificate and a revocation list for
 * HAProxy, the programs that units and r10k start.
 */
const surroundings = `
key="ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
cd "$(mktemp -d)"
openssl req -x509 -newkey $key -subj '/CN=Puppet CA' -keyout ca.key -out ca.pem
install -m 0644 ca.pem /etc/haproxy/puppet-ca.pem

mkdir /etc/haproxy/puppetdb
cp ca.pem /etc/haproxy/puppetdb
openssl req -newkey $key -subj /CN=puppetdb.example.test -keyout host.key -out host.csr
openssl x509 -req -in host.csr -CA ca.pem -CAkey ca.key -out /etc/haproxy/puppetdb/host.pem
cp host.key /etc/haproxy/puppetdb/host.pem.key
printf '[ca]\\ndefault_ca=ours\\n[ours]\\ndatabase=index\\ndefault_md=sha256\\ndefault_crl_days=30\\n' >ca.cnf
touch index
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out crl.pem
for folder in /etc/puppetdb /etc/puppetlabs/puppetdb; do
  install -D -m 0644 crl.pem "$folder/ssl/crl/crl.pem"
done
install -m 0644 crl.pem /etc/haproxy/puppetdb/crl.pem
install -m 0644 crl.pem /etc/haproxy/puppet-crl.pem
mkdir -p /var/lib/pulumi-puppet
echo 1 >/var/lib/pulumi-puppet/haproxy-servers
install -m 0644 /dev/null /etc/haproxy/puppet-frozen.lua

mkdir -p /etc/puppet-webhook
cp -r /etc/haproxy/puppetdb /etc/puppet-webhook/tls
cp -r /etc/haproxy/puppetdb /etc/haproxy/hdm
cp -r /etc/haproxy/puppetdb /etc/haproxy/tls
useradd --system --user-group puppet-control

for program in puppet-revoked-connections puppet-crl-refresh puppetdb-crl-refresh puppetdb-crl-apply puppet-crl-tell puppetdb-backup \\
  puppet-code-deploy puppet-code-request puppet-code-sync puppet-code-used puppet-pool-answer \\
  hdm-administrator; do
  install -m 0755 /dev/null "/usr/local/sbin/$program"
done
# HDM's unit is read without it.
test -e /usr/bin/podman || install -m 0755 /dev/null /usr/bin/podman
# r10k looks whether what it runs is there.
install -D -m 0755 /dev/null /opt/puppetlabs/bin/puppet
install -D -m 0644 /dev/null /etc/puppetlabs/puppet/puppet.conf
`;

/** Creates the one container with the products' own parsers. */
export default async function setup(): Promise<() => Promise<void>> {
  await makeImages();
  const container = await startTestContainer(parsersName);
  try {
    const { code, stderr } = await container.exec(["sh", "-ec", surroundings]);
    if (code !== 0) throw new Error(`the parsers' container could not be prepared: ${stderr}`);
  } catch (error) {
    await container.remove();
    throw error;
  }
  return () => container.remove();
}
