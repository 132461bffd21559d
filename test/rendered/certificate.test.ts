import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderCertificateProgram } from "../../templates/certificates/certificates.js";
import { renderCrlRefresh } from "../../templates/crl/crl.js";
import { execIn } from "../support/container-exec.js";
import { makeAuthority, quickKey, sign } from "../support/rendered/authority.js";
import { parsersName, outputOf as output } from "../support/rendered/parsers.js";

const container = `pulumi-puppet-test-${parsersName}`;
const { paths, users } = distributions.debian;

const setup = "/var/tmp/certificate-test";
const [ssldir, program, server] = [`${setup}/ssl`, `${setup}/program`, `${setup}/server`];
const host = "compiler1.example.test";
const served = `${server}/puppet-ca/v1`;

/** What a site may have in its environment: nothing answers there. */
const proxies = ["http_proxy", "https_proxy"].map((name) => `${name}=http://127.0.0.1:9`);

/** Runs the program as the folder's owner. */
const run = (...words: string[]) =>
  execIn(container, ["env", "--chdir=/", `HOME=${setup}`, ...proxies, program, ...words], {
    user: users.puppet,
  });

/** Shell function `issue FOLDER CA DAYS NAME...`: a key, unless there is one, and a certificate, as Puppet has them. */
const issue = `${sign}
issue() {
  mkdir -p $1/private_keys $1/public_keys $1/certs
  test -e $1/private_keys/${host}.pem || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out $1/private_keys/${host}.pem
  openssl req -new -key $1/private_keys/${host}.pem -subj /CN=${host} -out $1.csr
  folder=$1 ca=$2 days=$3
  shift 3
  sign $ca $folder.csr $folder/certs/${host}.pem $days "$@"
  rm $folder.csr
}`;
const good = [host, "puppet"];

/** Has the host have a certificate. */
const have = ({ ca = `${setup}/ca`, days = 30, names = good } = {}) =>
  output(
    `${issue}; issue ${ssldir} ${ca} ${String(days)} ${names.join(" ")}; chown -R ${users.puppet}: ${ssldir}`,
  );

const revoke = () =>
  output(
    `cd ${setup}/ca; openssl ca -config ca.cnf -revoke ${ssldir}/certs/${host}.pem 2>/dev/null; openssl ca -config ca.cnf -gencrl -out ${served}/certificate_revocation_list/ca 2>/dev/null`,
  );

/** Starts what answers in the CA's place. */
const serve = `systemd-run --unit=certificate-test --working-directory=${server} openssl s_server -accept 8140 -cert cert -key key -WWW`;

/** Stands in for `puppet ssl bootstrap`. */
const puppet = `${setup}/puppet`;
const bootstrap = (then = "true") =>
  output(
    `cat >${puppet}; chmod 0755 ${puppet}`,
    `#!/bin/sh -e
${issue}
folder=\${2#--ssldir=}
test "$1" = bootstrap
test -z "$http_proxy"
cmp $folder/certs/ca.pem ${setup}/ca/ca.pem
issue $folder ${setup}/ca 30 ${good.join(" ")}
rm -f $folder/public_keys/*
cp ${setup}/ca/crl.pem $folder
${then}
`,
  );
const request = () => run("request", puppet, "bootstrap");
const files = async () =>
  (await output(`cd ${ssldir}; find . -type f | sort`)).split("\n").filter(Boolean);
const fingerprint = () =>
  output(`openssl x509 -noout -fingerprint -in ${ssldir}/certs/${host}.pem`);

beforeAll(async () => {
  await output(`rm -rf ${setup}; mkdir -p ${setup}; chown ${users.puppet} ${setup}`);
  await output(makeAuthority(`${setup}/ca`));
  await output(makeAuthority(`${setup}/other`));
  // The stand-in signs as the host's user.
  await output(`chown -R ${users.puppet} ${setup}/ca`);
  const names = { certname: host, names: ["puppet"], ssldir, caServer: "localhost" };
  const caCertificate = await output(`cat ${setup}/ca/ca.pem`);
  await output(
    `cat >${program}; chmod 0755 ${program}`,
    renderCertificateProgram({ ruby: paths.ruby, ...names, caCertificate }),
  );
  await output(`mkdir -p ${served}/certificate_revocation_list ${served}/certificate
cd ${server}
openssl req -newkey ${quickKey} -subj /CN=localhost -keyout key -out csr 2>/dev/null
openssl x509 -req -in csr -CA ../ca/ca.pem -CAkey ../ca/ca.key -out cert 2>/dev/null
${serve}`);
});
afterAll(() => output("systemctl stop certificate-test"));

beforeEach(async () => {
  await output(
    `rm -rf ${ssldir} ${served}/certificate/*; install -d -o ${users.puppet} ${ssldir}; cp ${setup}/ca/crl.pem ${served}/certificate_revocation_list/ca`,
  );
  await bootstrap();
});

describe("the certificate of a host", () => {
  it("is fit for use", async () => {
    await have();
    expect(await run("check")).toMatchObject({ code: 0, stderr: "" });
    expect(await run("suits")).toMatchObject({ code: 0, stderr: "" });
  });

  it.each<[string, () => Promise<unknown>]>([
    ["there is none", () => Promise.resolve()],
    ["it is of another CA", () => have({ ca: `${setup}/other` })],
    ["it ended on", () => have({ days: -1 })],
    ["it lacks puppet", () => have({ names: [host, "puppetfiles"] })],
    [
      "it is not for the private key",
      () => have().then(() => output(`rm ${ssldir}/private_keys/*`)),
    ],
    ["it is revoked", () => have().then(revoke)],
  ])("is not fit: %s", async (reason, made) => {
    await made();
    const { code, stderr } = await run("check");
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
  });

  it("stays while the CA does not answer", async () => {
    await have();
    await output("systemctl stop certificate-test");
    try {
      expect(await run("check")).toMatchObject({ code: 0 });
    } finally {
      await output(serve);
    }
  });

  it("is checked against a revocation list that is fetched past a proxy", async () => {
    const list = { list: `${setup}/list.pem`, caFile: `${setup}/ca/ca.pem`, caServer: "localhost" };
    await output(`cat >${setup}/refresh; rm -f ${list.list}`, renderCrlRefresh(list));
    await output(`env ${proxies.join(" ")} bash ${setup}/refresh`);
    await output(`cmp ${list.list} ${setup}/ca/crl.pem`);
  });

  it("is refused with what to do if it is of another CA", async () => {
    await have({ ca: `${setup}/other` });
    const { code, stderr } = await run("suits");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /compiler1\.example\.test\.pem is a certificate of another CA, CN=Puppet CA of other\. If .* move the folder away, for example to \/var\/tmp\/certificate-test\/ssl\.before, and deploy again\./,
    );
  });

  it("stays, with what to do, where it is for services of other names", async () => {
    await have({ names: [host, "other"] });
    const { code, stderr } = await run("suits");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^the certificate of compiler1\.example\.test was signed without some of puppet; set the service names back .* remove \/\S+\/certs\/compiler1\.example\.test\.pem on this host, and deploy again\.\n$/,
    );
    // One that has ended serves nobody, and an agent's has no names.
    await have({ names: [host, "other"], days: -1 });
    expect(await run("suits")).toMatchObject({ code: 0 });
    await have({ names: [host] });
    expect(await run("suits")).toMatchObject({ code: 0 });
    expect(await run("check")).toMatchObject({ code: 1, stderr: "it lacks puppet\n" });
  });

  it("is replaced as a whole", async () => {
    await have();
    const before = await fingerprint();
    await revoke();
    const { code, stdout } = await request();
    expect(code).toBe(0);
    expect(stdout).toContain("it is revoked");
    expect(await fingerprint()).not.toBe(before);
    expect(await files()).toEqual([
      `./certs/${host}.pem`,
      "./crl.pem",
      `./private_keys/${host}.pem`,
      `./public_keys/${host}.pem`,
    ]);
    expect(await run("check")).toMatchObject({ code: 0 });
  });

  it("stays as it was when the request fails, with what to look at", async () => {
    await have({ days: -1 });
    const before = await fingerprint();
    await bootstrap("rm $folder/certs/*; exit 1");
    const { code, stderr } = await request();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /got no certificate that is fit for use .*journalctl -t puppet-autosign/,
    );
    expect(await fingerprint()).toBe(before);
  });

  it("stays as it was when the CA cannot be asked, with the reason", async () => {
    await bootstrap("rm $folder/certs/*; exit 1");
    const withServer = async (name: string) => {
      const other = await output(
        `sed "s/^CA_SERVER = .*/CA_SERVER = '${name}'/" ${program} >${program}-other; chmod 0755 ${program}-other; echo ${program}-other`,
      );
      const words = ["env", "--chdir=/", `HOME=${setup}`, other, "request", puppet, "bootstrap"];
      return (await execIn(container, words, { user: users.puppet })).stderr;
    };
    expect(await withServer("no-such-name.invalid")).toMatch(
      /^compiler1\.example\.test got no certificate: the name no-such-name\.invalid cannot be resolved here: /m,
    );
    // The stand-in's certificate is for localhost.
    expect(await withServer("127.0.0.1")).toMatch(
      /^\S+ got no certificate: https:\/\/127\.0\.0\.1:8140 has a certificate that is not of this CA, or not for this name: /m,
    );
    await output("systemctl stop certificate-test");
    try {
      expect(await withServer("localhost")).toMatch(
        /^\S+ got no certificate: nothing answers at https:\/\/localhost:8140; .*[Cc]onnection refused/m,
      );
    } finally {
      await output(serve);
    }
  });

  it("is fetched with the same key by the next run after one that was cut off", async () => {
    const folder = `${ssldir}/requested`;
    await output(
      `${issue}; issue ${folder} ${setup}/ca 30 ${good.join(" ")}; cp ${folder}/certs/* ${served}/certificate/${host}; rm ${folder}/certs/*; chown -R ${users.puppet}: ${ssldir}`,
    );
    const cut = await output(`sha256sum <${folder}/private_keys/${host}.pem`);
    expect(await request()).toMatchObject({ code: 0 });
    expect(await output(`sha256sum <${ssldir}/private_keys/${host}.pem`)).toBe(cut);
  });

  it("is requested with a new key where another certificate has been signed since", async () => {
    const folder = `${ssldir}/requested`;
    await output(
      `${issue}; issue ${folder} ${setup}/ca 30 ${good.join(" ")}; issue ${setup}/elsewhere ${setup}/ca 30 ${good.join(" ")}; cp ${setup}/elsewhere/certs/* ${served}/certificate/${host}; chown -R ${users.puppet}: ${ssldir}`,
    );
    const cut = await output(`sha256sum <${folder}/private_keys/${host}.pem`);
    expect(await request()).toMatchObject({ code: 0 });
    expect(await output(`sha256sum <${ssldir}/private_keys/${host}.pem`)).not.toBe(cut);
  });

  it("has nobody follow a link to a file without end", async () => {
    await output(
      `mkdir ${ssldir}/certs; ln -s /dev/zero ${ssldir}/certs/${host}.pem; chown -R ${users.puppet}: ${ssldir}`,
    );
    expect(await run("check")).toMatchObject({ code: 1 });
  });
});
