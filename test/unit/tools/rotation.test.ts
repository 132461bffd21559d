import { beforeAll, describe, expect, it } from "vitest";
import { debian } from "../../../distributions/debian.js";
import { resourcesOf, rotatedKey, rotatedKeys } from "../../../tools/lib/rotation.js";
import { compose } from "../../support/infrastructure.js";

/** URNs as in the state of a stack. */
const urnOf = ({ type, name }: { type: string; name: string }) =>
  `urn:pulumi:local::puppet::puppet:index:PuppetInfrastructure$${type}::${name}`;
const nameOf = (urn: string) => urn.split("::").at(-1);

describe("the resources of a key", () => {
  let urns: string[];

  beforeAll(async () => {
    const { registrations } = await compose(debian, {
      codeDeployment: { tool: "r10k" },
      foremanHost: true,
    });
    urns = registrations.map(urnOf);
  });

  it.each([
    ["agents-key", ["puppet-authority-agent-key"]],
    ["webhook-secret", ["puppet-webhook-secret"]],
    ["stats-password", ["balancer-stats-password"]],
    ["deploy-key", ["main-code-identity", "compiler1-code-identity", "compiler2-code-identity"]],
  ])("%s: only they are made anew", (word, names) => {
    expect(resourcesOf(rotatedKey(word), urns, "local").map(nameOf)).toEqual(names);
  });

  it("deploy-key.NAME: the command that makes all of these keys, and keeps the others", async () => {
    const { registrations } = await compose(debian, {
      codeDeployment: {
        tool: "r10k",
        credentials: {
          shared: { url: "git@git.example.com:org/shared.git" },
          team: { url: "https://git.example.com/team", token: "a-good-token" },
        },
      },
    });
    const key = rotatedKey("deploy-key.shared");
    const found = resourcesOf(key, registrations.map(urnOf), "local");
    expect(found.map(nameOf)).toEqual(["main-code-keys"]);
    expect(key.before?.host.exec(found[0] ?? "")?.[1]).toBe("main");
    const codeDeployKeys = {
      shared: { url: "ssh://git@git.example.com:2222/org", publicKey: "ssh-ed25519 AAAA" },
    };
    const script = key.before?.script({ codeDeployKeys });
    expect(script).toContain("key=/etc/puppet-code/.ssh/keys/shared\n");
    expect(script).toContain("-p 2222 git@git.example.com ");
    expect(key.after("local", { codeDeployKeys })).toContain("ssh-ed25519 AAAA");
    for (const name of ["team", "toString"]) {
      expect(() => rotatedKey(`deploy-key.${name}`).before?.script({ codeDeployKeys })).toThrow(
        `"${name}" has no key; write one of shared: npm run rotate -- deploy-key.NAME.`,
      );
    }
  });

  it("hosts-key: one password of the authority, which is not the agents'", () => {
    const found = resourcesOf(rotatedKey("hosts-key"), urns, "local");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/RandomPassword::puppet-authority-/);
    expect(found[0]).not.toContain("agent-key");
  });

  it("deploy-key: they are also found where a program connects to the host", () => {
    const urn =
      "urn:pulumi:prod::puppet::puppet:index:PuppetInfrastructure$command:local:Command::main-code-identity";
    expect(resourcesOf(rotatedKey("deploy-key"), [urn], "prod")).toEqual([urn]);
    expect(rotatedKey("deploy-key").before?.host.exec(urn)?.[1]).toBe("main");
  });

  it.each([
    [
      "webhook-secret",
      "webhook; set puppet:codeDeployment.tool to r10k or g10k, and deploy the stack",
    ],
    [
      "deploy-key",
      "code deployment; set puppet:codeDeployment.tool to r10k or g10k, and deploy the stack",
    ],
    [
      "deploy-key.team",
      "key of puppet:codeDeployment.credentials; add one with an SSH URL, and deploy it",
    ],
    ["agents-key", "certificate authority; deploy it first"],
  ])("%s: a stack without it is told so", (word, lacking) => {
    const machine = urnOf({ type: "command:local:Command", name: "machine" });
    expect(() => resourcesOf(rotatedKey(word), [machine], "trial")).toThrow(
      new Error(`The stack trial has no ${lacking}.`),
    );
  });
});

describe("the word for a key", () => {
  const list =
    "agents-key, hosts-key, webhook-secret, deploy-key, stats-password, or deploy-key.NAME for that of puppet:codeDeployment.credentials.NAME";

  it.each([
    [undefined, "Name the key to rotate"],
    ["agent-key", '"agent-key" is no key'],
    ["", '"" is no key'],
    ["deploy-key.", '"deploy-key." is no key'],
    ["toString", '"toString" is no key'],
  ])("%s is answered with the list of keys", (word, what) => {
    expect(() => rotatedKey(word)).toThrow(
      new Error(`${what}; write one of ${list}: npm run rotate -- agents-key.`),
    );
  });

  it("is followed by what the operator has to do, which shows no secret", () => {
    for (const key of Object.values(rotatedKeys)) {
      const outputs = { webhookSecret: "hidden", codeDeployKey: "ssh-ed25519 AAAA" };
      const text = key.after("trial", { ...outputs, agentInstall: "hidden" });
      expect(text).toMatch(/\.|AAAA$/);
      expect(text).not.toContain("hidden");
    }
  });
});
