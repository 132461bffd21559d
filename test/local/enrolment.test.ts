import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { removeCertificate } from "../../templates/autosign/autosign.js";
import { removeContainer, startContainer } from "../../tools/lib/podman.js";
import { domain, environment, exec, output, outputs, until } from "../support/environment.js";

const cadir = "/etc/puppet/puppetserver/ca";
const ca = `https://puppetca.${domain}:8140/puppet-ca/v1`;
const agent = "node-www";
const names = Array.from({ length: 12 }, (_, index) => `wanted${String(index + 1)}.${domain}`);

afterAll(async () => {
  await output("main", names.map(removeCertificate).join("; "));
});

describe("a name that a stranger wants as well", () => {
  it("goes to its owner, each of 12 times, while the stranger asks 11 times a second", async () => {
    const path = new URL("../support/local/strangers.sh", import.meta.url);
    const { code, stdout, stderr } = await exec(
      "main",
      ["bash", "-s", "--", ca, "/etc/puppet/autosign/agent.key", ...names],
      { stdin: readFileSync(path, "utf8") },
    );
    expect(code, stderr).toBe(0);
    expect(stdout.trim().split("\n")).toEqual(names);
  });

  it("keeps its certificate when somebody else with the agents' key asks for it", async () => {
    const [name = ""] = names;
    const before = await output("main", `sha256sum ${cadir}/signed/${name}.pem`);
    const request = `openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -config -`;
    const config = `[req]\nprompt=no\ndistinguished_name=dn\nattributes=at\n[dn]\nCN=${name}\n[at]\nchallengePassword=KEY\n`;
    await output(
      "main",
      `sed "s/KEY/$(cat /etc/puppet/autosign/agent.key)/" | ${request} 2>/dev/null | curl --silent --insecure --upload-file - --header 'Content-Type: text/plain' ${ca}/certificate_request/${name}`,
      config,
    );
    expect(await output("main", `sha256sum ${cadir}/signed/${name}.pem`)).toBe(before);
    const journal = await output("main", "journalctl --identifier=puppet-autosign --output=cat");
    // The second reason for some seconds after the first one was signed.
    expect(journal).toMatch(
      new RegExp(
        `^refused ${name}: (a certificate of this name exists|a request for this name is being signed)$`,
        "m",
      ),
    );
  });
});

describe("an agent with names beside its own", () => {
  const name = `${agent}.${domain}`;
  afterAll(async () => {
    // Its service would run at any time, and be counted.
    await removeContainer(environment, agent);
    await output("main", removeCertificate(name));
  });

  it("gets exactly those that are allowed, also while it waits", async () => {
    const { agentInstall } = await outputs();
    await startContainer(environment, agent, domain);
    const join = exec(agent, ["bash", "-s", "--", "www.example.com"], { stdin: agentInstall });
    await until(
      "the request is refused",
      async () =>
        (await output("main", "journalctl --identifier=puppet-autosign --output=cat")).includes(
          `refused ${name}: alternative name 'www.example.com' of type 2`,
        ),
      120,
    );
    const other = await exec("main", ["puppet-enrol", "--agent", name, `puppet.${domain}`]);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(`puppet.${domain} is reserved`);
    await output("main", `puppet-enrol --agent ${name} www.example.com`);
    const { code, stderr } = await join;
    expect(code, stderr).toBe(0);
    const shown = `openssl x509 -noout -ext subjectAltName -in /var/lib/puppet/ssl/certs/${name}.pem`;
    expect(await output(agent, shown)).toMatch(/DNS:www\.example\.com/);
    // It was for one request.
    expect(await output("main", `ls -A ${cadir}/agents.d`)).toBe("");
  });
});

describe("the hosts", () => {
  it("are enrolled with the names of their roles, and keep no key", async () => {
    const service = ["puppet", "puppetfiles"].flatMap((name) => [`${name}.${domain}`, name]);
    for (const [host, expected] of [
      ["compiler1", service],
      ["compiler2", service],
      ["puppetdb", []],
    ] as const) {
      const enrolled = await output("main", `cat ${cadir}/hosts.d/${host}.${domain}`);
      expect(enrolled.split("\n").filter(Boolean).sort(), host).toEqual([...expected].sort());
      const left = "ls /etc/puppet/csr_attributes.yaml /run/pulumi-puppet 2>/dev/null || true";
      expect(await output(host, left), host).toBe("");
    }
    expect(await output("main", `ls ${cadir}/hosts.d`)).not.toContain("compiler50");
  });
});
