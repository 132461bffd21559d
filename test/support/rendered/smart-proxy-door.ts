import { renderSmartProxyDoor } from "../../../templates/smart-proxy/smart-proxy.js";
import { smartProxyDoorFiles } from "../host-files/foreman-files.js";
import { fileOf, type Files } from "../host-files/files.js";
import { inParsers } from "./parsers.js";

const folder = "/etc/puppet-smart-proxy";
const work = "/tmp/smart-proxy-test";
const cadir = "/etc/puppet/puppetserver/ca";

/** Two CAs, certificates of both, a list that revokes one of them, and a stand-in for the smart proxy. */
const surroundings = `
mkdir -p ${work} ${folder}/tls && cd ${work}
key="ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
make_ca() {
  openssl req -x509 -newkey $key -subj "/CN=$1 CA" -keyout $1.key -out $1.pem
  printf '[ca]\\ndefault_ca=ours\\n[ours]\\ndatabase=%s.index\\ndefault_md=sha256\\ndefault_crl_days=30\\n' $1 >$1.cnf
  touch $1.index
}
certificate() {
  openssl req -newkey $key -subj "/CN=$3" -keyout $2.key -out $2.csr
  echo "subjectAltName=DNS:$3" >extensions
  openssl x509 -req -in $2.csr -CA $1.pem -CAkey $1.key -out $2.pem -extfile extensions
}
make_ca puppet
make_ca site
certificate puppet main main.example.test
certificate puppet foreman foreman.example.test
certificate puppet later foreman.example.test
certificate puppet revoked foreman.example.test
certificate puppet agent agent1.example.test
certificate puppet similar foreman.example.test.example.org
certificate site sites foreman.example.test
openssl ca -config puppet.cnf -revoke revoked.pem -keyfile puppet.key -cert puppet.pem
openssl ca -config puppet.cnf -gencrl -keyfile puppet.key -cert puppet.pem -out crl.pem
cat puppet.pem site.pem >both.pem

install -d -o puppet -g puppet ${cadir}
install -o puppet -g puppet -m 0644 crl.pem ${cadir}/ca_crl.pem
install -m 0644 puppet.pem ${folder}/ca.pem
install -m 0644 puppet.pem ${folder}/foreman-ca.pem
install -m 0644 main.pem ${folder}/tls/host.pem
install -m 0600 main.key ${folder}/tls/host.pem.key
cat >backend.rb <<'RUBY'
require "webrick/https"
options = { Port: 8444, BindAddress: "127.0.0.1", SSLEnable: true, SSLCACertificateFile: "puppet.pem",
            SSLCertificate: OpenSSL::X509::Certificate.new(File.read("main.pem")),
            SSLPrivateKey: OpenSSL::PKey.read(File.read("main.key")),
            SSLVerifyClient: OpenSSL::SSL::VERIFY_PEER | OpenSSL::SSL::VERIFY_FAIL_IF_NO_PEER_CERT }
server = WEBrick::HTTPServer.new(**options)
server.mount_proc("/") { |request, answer| answer.body = "for #{request.client_cert.subject}" }
server.start
RUBY
systemd-run --quiet --unit=smart-proxy-backend --working-directory=${work} ruby backend.rb
${folder.replace("/etc/", "/usr/local/sbin/")}-crl
systemctl daemon-reload
systemctl start puppet-smart-proxy-tls.service
`;

/** Starts HAProxy in front of a stand-in for the smart proxy, as its component sets it up. */
export async function openDoor(files: Files): Promise<void> {
  for (const [name, path] of Object.entries(smartProxyDoorFiles)) {
    await put(
      path,
      fileOf(files, `smart-proxy/${name}`),
      path.includes("/sbin/") ? "0755" : "0644",
    );
  }
  await sh(surroundings);
  await sh(
    "for try in $(seq 100); do ss -Hltn 'sport = :8444' | grep -q . && exit; sleep 0.1; done; exit 1",
  );
}

/** Ends what {@link openDoor} started. */
export async function closeDoor(): Promise<void> {
  await sh("systemctl stop puppet-smart-proxy-tls.service smart-proxy-backend.service");
}

/** Has HAProxy take Foreman's certificate from a different CA: `site`, or `both`. */
export async function trust(ca: "site" | "both"): Promise<void> {
  const content = renderSmartProxyDoor({
    ipv6: false,
    fqdn: "main.example.test",
    certificate: `${folder}/tls/host.pem`,
    caFile: `${folder}/ca.pem`,
    clientCaFile: `${folder}/foreman-ca.pem`,
    crlFile: `${folder}/crl.pem`,
    ownCa: false,
    foremanUrl: "https://foreman.example.test",
  });
  await put(`${folder}/haproxy.cfg`, content, "0644");
  await sh(
    `cp ${work}/${ca}.pem ${folder}/foreman-ca.pem; systemctl restart puppet-smart-proxy-tls.service`,
  );
}

/** What a client with a certificate gets: the body, the status of a refusal, or `no connection`. */
export async function knock(certificate?: string, path = "/"): Promise<string> {
  const identity =
    certificate === undefined
      ? ""
      : `--cert ${work}/${certificate}.pem --key ${work}/${certificate}.key`;
  const { code, stdout } = await inParsers([
    ...["sh", "-c"],
    `curl --silent --max-time 10 --write-out '%{http_code}' --cacert ${work}/puppet.pem ${identity} --resolve main.example.test:8443:127.0.0.1 https://main.example.test:8443${path}`,
  ]);
  if (code === 56 || code === 35) return "no connection";
  if (code !== 0) throw new Error(`curl ends with ${String(code)}`);
  return stdout.endsWith("200") ? stdout.slice(0, -3) : stdout.slice(-3);
}

/** Revokes a certificate; HAProxy has to take the CA's new list by itself. */
export async function revoke(certificate: string): Promise<void> {
  await sh(`cd ${work}
openssl ca -config puppet.cnf -revoke ${certificate}.pem -keyfile puppet.key -cert puppet.pem
openssl ca -config puppet.cnf -gencrl -keyfile puppet.key -cert puppet.pem -out crl.pem
install -o puppet -g puppet -m 0644 crl.pem ${cadir}/ca_crl.pem.new
mv ${cadir}/ca_crl.pem.new ${cadir}/ca_crl.pem`);
}

/** Runs the script that takes the list, with a link to a file that only root may read in the list's place. */
export async function takeLink(): Promise<{ code: number | null; left: string }> {
  await sh(
    `install -m 0600 ${work}/crl.pem /root/only.pem; ln -sf /root/only.pem ${cadir}/ca_crl.pem`,
  );
  const before = await sh(`sha256sum ${folder}/crl.pem`);
  const { code } = await inParsers(["/usr/local/sbin/puppet-smart-proxy-crl"]);
  const after = await sh(`sha256sum ${folder}/crl.pem`);
  await sh(
    `rm ${cadir}/ca_crl.pem; install -o puppet -g puppet ${work}/crl.pem ${cadir}/ca_crl.pem`,
  );
  return { code, left: before === after ? "as it was" : "changed" };
}

/** Runs a shell script where the parsers are. */
async function sh(script: string): Promise<string> {
  const { code, stdout, stderr } = await inParsers(["bash", "-e", "-s"], script);
  if (code !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout;
}

const put = async (path: string, content: string, mode: string) => {
  const { code, stderr } = await inParsers(
    ["install", "-D", "-m", mode, "/dev/stdin", path],
    content,
  );
  if (code !== 0) throw new Error(stderr);
};
