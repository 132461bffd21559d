import { beforeAll, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderMainCertificate } from "../../templates/certificates/certificates.js";
import { inParsers, outputOf as output } from "../support/rendered/parsers.js";

const { paths, users } = distributions.debian;

const setup = "/var/tmp/main-certificate-test";
const [ssldir, cadir] = [`${setup}/ssl`, `${setup}/ca`];
const host = "main.example.test";
const service = "main-certificate-test";
const signed = `${cadir}/signed/${host}.pem`;
const script = (names: readonly string[], puppetserver: string = paths.puppetserver) =>
  renderMainCertificate({
    ...{ certname: host, names, ssldir, cadir, puppetserver },
    ...{ user: users.puppet, home: setup, service },
  });

const certificate = () =>
  output(
    `openssl x509 -noout -serial -ext subjectAltName -in ${signed}; cmp ${signed} ${ssldir}/certs/${host}.pem; systemctl is-active ${service}; ls ${cadir}/signed ${ssldir}/certs ${ssldir}/private_keys`,
  );

/** A CA that Puppet Server's own tool makes, and a service in the place of Puppet Server. */
beforeAll(async () => {
  await output(
    `rm -rf ${setup}; install -d -o ${users.puppet} ${setup} ${ssldir}
cat >${setup}/puppet.conf <<'CONF'
[main]
certname = ${host}
server = localhost
ssldir = ${ssldir}
[server]
cadir = ${cadir}
CONF
cd /
runuser -u ${users.puppet} -- env HOME=${setup} ${paths.puppetserver} ca setup --config ${setup}/puppet.conf --subject-alt-names puppetca
rm ${setup}/puppet.conf
systemctl stop ${service} 2>/dev/null || true
printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/run/systemd/system/${service}.service
systemctl daemon-reload; systemctl start ${service}`,
  );
}, 60_000);

it("the main server's certificate is made again with more names; the one before waits for its revocation", async () => {
  const before = await certificate();
  expect(before).not.toContain("other");
  await output(script(["puppetca", "other.example.test"]));
  const after = await certificate();
  expect(after).toMatch(/DNS:main\.example\.test.*DNS:other\.example\.test.*DNS:puppetca\n/);
  expect(after).toContain("\nactive\n");
  const serial = /^serial=(.+)$/m.exec(before)?.[1]?.toLowerCase() ?? "";
  expect(after).toContain(`${host}.replaced-${serial}.pem`);
  expect(after).not.toContain("before");
});

it("the main server keeps its certificate if no other can be made, and its service runs", async () => {
  const before = await certificate();
  const { code } = await inParsers(["bash", "-c", script(["third"], "/bin/false")]);
  expect(code).not.toBe(0);
  expect(await certificate()).toBe(before);
});

it("a Puppet Server that is not running is not started", async () => {
  await output(`systemctl stop ${service}`);
  await output(script(["puppetca"]));
  expect(await output(`systemctl is-active ${service} || true`)).toBe("inactive");
  await output(`systemctl start ${service}`);
});
