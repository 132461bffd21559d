import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import {
  hostKey,
  renderAutosignRules,
  renderEnrol,
  renderEnrolNames,
} from "../../templates/autosign/autosign.js";
import { inParsers } from "../support/rendered/parsers.js";

const { paths, users } = distributions.debian;
const setup = "/etc/enrol-test";
const [directory, cadir, program] = [`${setup}/autosign`, `${setup}/ca`, `${setup}/puppet-enrol`];

/** Runs the program. */
const enrol = (words: string, stdin?: string) =>
  // What a site may have in its environment.
  inParsers(["sh", "-c", `http_proxy=http://127.0.0.1:9 ${program} ${words}`], stdin);

/** Runs a command that must succeed, and returns its output. */
async function output(command: string, stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await inParsers(["sh", "-c", command], stdin);
  if (code !== 0) throw new Error(`${command}: exit ${String(code)}: ${stderr}`);
  return stdout.trim();
}

/** Signs a certificate as the CA would, and returns its fingerprint. */
async function sign(name: string): Promise<string> {
  const file = `${cadir}/signed/${name}.pem`;
  const made = await output(
    `cd ${setup} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -subj /CN=${name} -out ${file} 2>/dev/null && openssl x509 -noout -fingerprint -sha256 -in ${file}`,
  );
  return made.replace(/^.*=/, "");
}

/** What Puppet Server's tool was run with. */
const calls = async () => (await output(`cat ${setup}/calls`)).split("\n");
const signed = async () => (await output(`ls ${cadir}/signed`)).split("\n").filter(Boolean);
const enrolled = async () => (await output(`ls ${cadir}/hosts.d`)).split("\n").filter(Boolean);

beforeAll(async () => {
  await output(`mkdir -p ${setup}`);
  await output(
    `cat >${program}; chmod 0755 ${program}`,
    renderEnrol({
      ...{ ruby: paths.ruby, directory, cadir, user: users.puppet },
      puppetserver: `${setup}/puppetserver`,
      signedByHand: ".puppetdb-reader",
      confdir: setup,
      ssldir: `${setup}/ssl`,
    }),
  );
  // Puppet Server's tool, as far as the program calls it: ca clean --certname NAME.
  await output(
    `cat >${setup}/puppetserver; chmod 0755 ${setup}/puppetserver`,
    `#!/bin/sh
echo "$@$http_proxy" >>${setup}/calls
exec rm ${cadir}/signed/$4.pem
`,
  );
});

beforeEach(async () => {
  await output(
    `cd ${setup} && rm -rf autosign ca calls && mkdir -p autosign ca/signed ca/requests ca/hosts.d && chown -R ${users.puppet}: ca && printf 'the-key-of-the-hosts\n' >autosign/hosts.key`,
  );
});

describe("puppet-enrol", () => {
  it("enrols a host with its names, and again without a change of owner", async () => {
    for (const names of ["puppet puppet.example.test", "puppet"]) {
      expect(await enrol(`compiler1.example.test ${names}`)).toMatchObject({ code: 0 });
      const file = `${cadir}/hosts.d/compiler1.example.test`;
      expect(await output(`cat ${file}`)).toBe(names.replaceAll(" ", "\n"));
      expect(await output(`stat -c '%U %a' ${file}`)).toBe(`${users.puppet} 644`);
    }
    expect(await enrolled()).toEqual(["compiler1.example.test"]);
  });

  it("revokes what somebody else holds, and never what the host itself has", async () => {
    const fingerprint = await sign("web1.example.test");
    // As openssl and sha256sum print it.
    for (const text of [fingerprint, fingerprint.replaceAll(":", "").toLowerCase()]) {
      expect(await enrol(`--keep ${text} web1.example.test`)).toMatchObject({ code: 0 });
      expect(await signed()).toEqual(["web1.example.test.pem"]);
    }
    expect(await enrol("web1.example.test")).toMatchObject({ code: 0 });
    expect(await signed()).toEqual([]);
    expect(await calls()).toEqual(["ca clean --certname web1.example.test"]);
  });

  it("lets a deployed host request again, and revokes what was replaced only when it is settled", async () => {
    await sign("web1.example.test");
    const first = await enrol("--request web1.example.test puppet");
    expect(first).toMatchObject({ code: 0 });
    expect(await output(`cat ${cadir}/hosts.d/web1.example.test`)).toBe("puppet");
    expect(await output(`stat -c %U ${cadir}/hosts.d/.lost.web1.example.test`)).toBe(users.puppet);
    // The policy let it be replaced, and another host's too; a name that no program made is none of them.
    await sign("web1.example.test.replaced-2a");
    await sign("web2.example.test.replaced-2b");
    await output(`touch '${cadir}/signed/web1.example.test.replaced-$(id).pem'`);
    expect(await enrol("--settle web1.example.test")).toMatchObject({ code: 0 });
    expect(await calls()).toEqual(["ca clean --certname web1.example.test.replaced-2a"]);
    expect(await signed()).toContain("web1.example.test.pem");
    expect(await signed()).toContain("web2.example.test.replaced-2b.pem");
    expect(await output(`ls -A ${cadir}/hosts.d`)).toBe("web1.example.test");
    // And again without anything to do.
    expect(await enrol("--settle web1.example.test")).toMatchObject({ code: 0 });
    expect(await calls()).toHaveLength(1);
  });

  it("removes a host also while PuppetDB is away, and says how to tell it later; an agent it may know on", async () => {
    await output(
      `printf '[main]\\nserver_urls = https://127.0.0.1:9\\n' >${setup}/puppetdb.conf; echo 'certname = main.example.test' >${setup}/puppet.conf`,
    );
    await enrol("compiler1.example.test");
    for (const name of ["compiler1.example.test", "web1.example.test"]) await sign(name);
    const removed = await enrol("--remove compiler1.example.test");
    expect(removed.code, removed.stderr).toBe(0);
    expect(removed.stdout).toMatch(
      /^PuppetDB was not told that compiler1\.example\.test is gone \(https:.*curl: .*\): .* --deactivate compiler1\.example\.test\n$/,
    );
    expect(await enrol("--remove web1.example.test")).toMatchObject({ code: 0, stdout: "" });
    expect(await signed()).toEqual([]);
    await output(`rm ${setup}/puppetdb.conf`);
  });

  describe("for an agent's request", () => {
    const [agent, names] = ["web1.example.test", "www.example.test shop.example.test"];
    const file = `${cadir}/agents.d/${agent}`;
    beforeEach(() =>
      output(
        `cat >${directory}/rules.json`,
        renderAutosignRules(["puppet", "foreman.example.org"]),
      ),
    );

    it("allows names, instead of those before, and no more once the agent is removed", async () => {
      for (const some of ["old.example.test", names, `${agent} ${names}`]) {
        expect(await enrol(`--agent ${agent} ${some}`)).toMatchObject({ code: 0, stdout: "" });
      }
      expect(await output(`cat ${file}`)).toBe(names.replaceAll(" ", "\n"));
      expect(await output(`stat -c '%U %a' ${file}`)).toBe(`${users.puppet} 644`);
      expect(await enrolled()).toEqual([]);
      expect(await enrol(`--remove ${agent}`)).toMatchObject({ code: 0 });
      expect(await output(`ls -A ${cadir}/agents.d`)).toBe("");
    });

    it.each([
      [`${agent} www.example.test puppet`, "puppet is reserved; no request of an agent may"],
      [`foreman.example.org ${names}`, "foreman.example.org is reserved"],
      [`${agent} host.example.test`, "host.example.test is a host that is enrolled"],
      [`host.example.test ${names}`, "host.example.test is a host that is enrolled"],
      [
        `${agent} signed.example.test`,
        `signed.example.test has a certificate, which ${program} --remove signed.example.test revokes`,
      ],
      [`signed.example.test ${names}`, "signed.example.test has a certificate"],
      [`${agent} ada.puppetdb-reader`, "ends like a reader's of PuppetDB"],
      [`${agent} '*.example.test'`, "is not a certificate name"],
      [`${agent} PUPPET`, "is not a certificate name"],
      [agent, "usage"],
      [`${agent} ${agent}`, "usage"],
    ])("refuses %j", async (words, sentence) => {
      await output(`touch ${cadir}/hosts.d/host.example.test`);
      await sign("signed.example.test");
      const { code, stderr } = await enrol(`--agent ${words}`);
      expect(code).toBe(1);
      expect(stderr).toContain(sentence);
      expect(await inParsers(["test", "-e", `${cadir}/agents.d`])).toMatchObject({ code: 1 });
    });
  });

  it("forgets a host, and its certificate and request", async () => {
    await sign("web1.example.test");
    await sign("web1.example.test.replaced-2a");
    await output(`touch ${cadir}/requests/web1.example.test.pem`);
    await enrol("--request web1.example.test");
    expect(await enrol("--remove web1.example.test")).toMatchObject({ code: 0 });
    expect([...(await signed()), await output(`ls -A ${cadir}/hosts.d`)]).toEqual([""]);
    expect(await output(`ls ${cadir}/requests`)).toBe("");
    // And succeeds if there is nothing.
    expect(await enrol("--remove web1.example.test")).toMatchObject({ code: 0 });
  });

  it("prints the key with which an enrolled host requests its certificate, and no other", async () => {
    expect(await enrol("--key web1.example.test")).toMatchObject({ code: 1, stdout: "" });
    await enrol("web1.example.test");
    const { stdout } = await enrol("--key web1.example.test");
    expect(stdout).toBe(
      `custom_attributes:\n  1.2.840.113549.1.9.7: ${hostKey("the-key-of-the-hosts", "web1.example.test")}\n`,
    );
  });

  it("stops where a trusted name was signed before it was reserved, with both ways on", async () => {
    const names = renderEnrolNames({ hosts: [], trusted: ["foreman.example.org", "db.test"] });
    await output(`cat >${directory}/names.json`, names);
    expect(await enrol("--review")).toMatchObject({ code: 0, stderr: "" });
    const fingerprint = (await sign("foreman.example.org")).replaceAll(":", "").toLowerCase();
    const { code, stderr } = await enrol("--review");
    expect(code).toBe(1);
    expect(stderr).toContain(`(SHA-256 ${fingerprint})`);
    for (const way of [
      `${program} --keep ${fingerprint} foreman.example.org`,
      `${program} foreman.example.org`,
    ]) {
      expect(stderr).toContain(way);
    }
    await output(`${program} --keep ${fingerprint} foreman.example.org`);
    expect(await enrol("--review")).toMatchObject({ code: 0 });
    expect(await signed()).toEqual(["foreman.example.org.pem"]);
  });

  it("adopts the hosts of a CA from before there was enrolment, and frees the names of later ones", async () => {
    const names = renderEnrolNames({ hosts: ["old.test", "new.test"], trusted: [] });
    await output(`cat >${directory}/names.json; rmdir ${cadir}/hosts.d`, names);
    await sign("old.test");
    await sign("agent.test");
    expect(await enrol("--former")).toMatchObject({ code: 0 });
    expect(await enrolled()).toEqual(["old.test"]);
    expect(await enrol("--is-free")).toMatchObject({ code: 0 });
    await sign("new.test");
    expect(await enrol("--is-free")).toMatchObject({ code: 1 });
    expect(await enrol("--free")).toMatchObject({ code: 0 });
    expect(await signed()).toEqual(["agent.test.pem", "old.test.pem"]);
  });

  it("follows no link of the CA's user", async () => {
    const canary = `${setup}/canary`;
    await output(`printf 'for root only' >${canary}; chmod 0600 ${canary}`);
    const link = (at: string) =>
      output(`runuser -u ${users.puppet} -- ln -sfn ${canary} ${cadir}/${at}`);
    await link("hosts.d/web1.example.test");
    await link("hosts.d/.web2.example.test.new");
    await link("signed/web3.example.test.pem");
    await link("hosts.d/.lost.web1.example.test");
    await enrol("--request web1.example.test puppet");
    await enrol("--request web2.example.test puppet");
    const names = renderEnrolNames({ hosts: [], trusted: ["web3.example.test"] });
    await output(`cat >${directory}/names.json`, names);
    const { stdout, stderr } = await enrol("--review");
    expect(stdout + stderr).not.toContain("for root only");
    expect(await output(`cat ${canary}; stat -c ' %U %a' ${canary}`)).toBe(
      "for root only root 600",
    );
  });

  it.each([
    ["", "usage"],
    ["--remove", "usage"],
    ["--all web1.example.test", "usage"],
    ["../web1", "not a certificate name"],
    ["web1.example.test 'a b'", "not a certificate name"],
    ["Web1.example.test", "not a certificate name"],
  ])("refuses the words %j", async (words, sentence) => {
    const { code, stderr } = await enrol(words);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(await enrolled()).toEqual([]);
  });
});
