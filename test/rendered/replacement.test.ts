import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import {
  hostKey,
  renderAutosignPolicy,
  renderAutosignRules,
} from "../../templates/autosign/autosign.js";
import { readerSuffix } from "../../templates/puppetdb/puppetdb.js";
import { execIn } from "../support/container-exec.js";
import { makeAuthority, quickKey, sign } from "../support/rendered/authority.js";
import { parsersName, outputOf as output } from "../support/rendered/parsers.js";

const container = `pulumi-puppet-test-${parsersName}`;
const { paths, users } = distributions.debian;

const setup = "/etc/replacement-test";
const [directory, cadir, rundir] = [`${setup}/autosign`, `${setup}/ca`, `${setup}/run`];
const keys = { agent: "agent-key-of-the-tests", hosts: "key-of-the-hosts-of-the-tests" };
const host = "compiler1.example.test";

const write = (path: string, content: string, mode: string) =>
  output(`cat >${path}; chmod ${mode} ${path}; chgrp ${users.puppet} ${path}`, content);

/** Has the CA sign a certificate; returns its serial number, hexadecimal. */
const signed = (name: string, { days = 30, names = [name, "puppet"] } = {}) =>
  output(`cd ${cadir}
${sign}
openssl req -newkey ${quickKey} -keyout /dev/null -subj /CN=${name} -out ${setup}/csr 2>/dev/null
sign ${setup} ${setup}/csr signed/${name}.pem ${String(days)} ${names.join(" ")}
chown ${users.puppet} signed/${name}.pem; chmod 0644 signed/${name}.pem
openssl x509 -noout -serial -in signed/${name}.pem | sed 's/.*=0*//' | tr A-F a-f`);

const revoke = (name: string) =>
  output(
    `cd ${cadir}; openssl ca -config ${setup}/ca.cnf -revoke signed/${name}.pem 2>/dev/null; openssl ca -config ${setup}/ca.cnf -gencrl -out ca_crl.pem 2>/dev/null`,
  );

/** Asks the policy for a certificate as Puppet Server does; returns whether it is signed, and why or why not. */
async function ask(name: string, key: string, names: readonly string[] = []): Promise<string> {
  const words = [name, key, ...names].join(" ");
  const csr = await output(`${paths.ruby} ${setup}/csr.rb ${words}`);
  // As after the seconds in which a second request would be refused for the first.
  await output(`rm -f ${rundir}/signing-*`);
  const { code, stderr } = await execIn(container, [`${directory}/policy`, name], {
    stdin: csr,
    user: users.puppet,
  });
  return `${code === 0 ? "signed" : "refused"}: ${stderr.trim()}`;
}

const askAgain = () => ask(host, hostKey(keys.hosts, host), ["puppet"]);
const files = async () => (await output(`ls ${cadir}/signed`)).split("\n").filter(Boolean);

beforeAll(async () => {
  await output(`rm -rf ${setup}; mkdir -p ${directory}; install -d -o ${users.puppet} ${rundir}`);
  const source = new URL("../support/rendered/csr.rb", import.meta.url);
  await write(`${setup}/csr.rb`, readFileSync(source, "utf8"), "0644");
  await write(
    `${directory}/policy`,
    renderAutosignPolicy({
      ruby: paths.ruby,
      directory,
      cadir,
      rundir,
      signedByHand: readerSuffix,
    }),
    "0755",
  );
  await write(`${directory}/rules.json`, renderAutosignRules(["puppet", host]), "0640");
  await write(`${directory}/agent.key`, `${keys.agent}\n`, "0640");
  await write(`${directory}/hosts.key`, `${keys.hosts}\n`, "0640");
  await output(makeAuthority(setup));
});

beforeEach(async () => {
  await output(
    `cd ${setup}; rm -rf ca index*; : >index; echo 2A >serial; install -d -o ${users.puppet} ca ca/signed ca/hosts.d; openssl ca -config ca.cnf -gencrl -out ca/ca_crl.pem 2>/dev/null`,
  );
  await write(`${cadir}/hosts.d/${host}`, "puppet\n", "0644");
});

describe("a request for a name that has a certificate", () => {
  it("is refused while the host can use its certificate", async () => {
    await signed(host);
    expect(await askAgain()).toMatch(/^refused: .*a certificate of this name exists/);
    expect(await files()).toEqual([`${host}.pem`]);
  });

  it("is signed once where the deployment says that the host may have lost it", async () => {
    const serial = await signed(host);
    await write(`${cadir}/hosts.d/.lost.${host}`, "", "0644");
    expect(await askAgain()).toMatch(/^signed: /);
    expect(await files()).toEqual([`${host}.replaced-${serial}.pem`]);
    await signed(host);
    expect(await askAgain()).toMatch(/^refused: .*a certificate of this name exists/);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["has ended", () => signed(host, { days: -1 })],
    ["lacks a name", () => signed(host, { names: [host, "puppetfiles"] })],
    ["has no alternative names", () => signed(host, { names: [host] })],
    ["is revoked", () => signed(host).then(() => revoke(host))],
  ])("is signed where the certificate %s", async (_, made) => {
    await made();
    expect(await askAgain()).toMatch(/^signed: /);
    expect(await files()).toEqual([expect.stringMatching(/\.replaced-2a\.pem$/)]);
  });

  it("is refused with a file that is no certificate", async () => {
    await write(`${cadir}/signed/${host}.pem`, "no certificate\n", "0644");
    await output(`chown ${users.puppet} ${cadir}/signed/${host}.pem`);
    expect(await askAgain()).toMatch(/^refused: /);
  });

  it("is refused to agents, whatever became of the certificate", async () => {
    await signed("web1.example.test", { days: -1 });
    await write(`${cadir}/hosts.d/.lost.web1.example.test`, "", "0644");
    expect(await ask("web1.example.test", keys.agent)).toMatch(
      /^refused: .*a certificate of this name exists/,
    );
  });

  it("cannot be for the name under which a replaced one waits for its revocation", async () => {
    expect(await ask(`${host}.replaced-2a`, keys.agent)).toMatch(
      /^refused: .*a name of replaced certificates/,
    );
  });
});
