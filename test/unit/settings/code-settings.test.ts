import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import type { Settings } from "../../../settings/settings.js";
import { badCodeSettings } from "../../support/unit/bad-code-settings.js";

const domain = "example.test";
const overHttps = "https://git.example.com/org/control.git";

/** The result for settings of code deployment. */
const taken = (codeDeployment: unknown): Settings["codeDeployment"] =>
  parseSettings({ domain, codeDeployment }).codeDeployment;

/** One source over SSH, and what `knownHosts` says of its host. */
const pinned = (remote: string, knownHosts: string) =>
  taken({ sources: { control: { remote } }, knownHosts });

describe("valid settings of code deployment", () => {
  it.each(["r10k", "g10k", "none"])("have the tool %s", (tool) => {
    expect(taken({ tool }).tool).toBe(tool);
  });

  it.each([
    ["git@git.example.com:org/control.git", "git.example.com"],
    ["git@git.example.com:control", "git.example.com"],
    ["git@git.example.com:/srv/git/control.git", "git.example.com"],
    ["git@git.example.com:~/control.git", "git.example.com"],
    // A path of digits, not a port.
    ["git@git.example.com:2222/control.git", "git.example.com"],
    ["deploy_1-x@10.0.0.7:c", "10.0.0.7"],
    ["ssh://git@git.example.com/org/control.git", "git.example.com"],
    ["ssh://git@git.example.com:2222/org/control.git", "[git.example.com]:2222"],
    // SSH looks up hosts with its default port by name only.
    ["ssh://git@git.example.com:22/org/control.git", "git.example.com"],
    ["ssh://git@git.example.com/~org/control.git", "git.example.com"],
  ])("have the SSH URL %s, with the key of %s", (remote, host) => {
    const line = `${host} ssh-ed25519 AAAA`;
    expect(pinned(remote, line).sources.control?.remote).toBe(remote);
    expect(() => pinned(remote, `x${line}`)).toThrow(`is on ${host}, which`);
  });

  it.each([
    ["among others", "a.example.com ssh-rsa AAAA\ngit.example.com ssh-ed25519 AAAA\n"],
    ["with other names", "gitlab,git.example.com,10.0.0.7 ssh-ed25519 AAAA"],
    ["below what ssh-keyscan says", "# git.example.com:22 SSH-2.0\ngit.example.com ssh-rsa AAAA"],
    ["before a tab", "git.example.com\tssh-rsa AAAA"],
    ["with other ends of lines", "a.example.com ssh-rsa AAAA\r\ngit.example.com ssh-rsa AAAA\r\n"],
  ])("have a host's key %s", (_, knownHosts) => {
    expect(pinned("git@git.example.com:c", knownHosts).knownHosts).toBe(knownHosts);
  });

  it.each([
    overHttps,
    "https://git.example.com:8443/org/control",
    "https://10.0.0.7/c",
    "https://git.example.com:65535/org/con%20trol.git",
  ])("have the HTTPS URL %s, for which no key is needed", (remote) => {
    expect(taken({ sources: { control: { remote } } }).sources.control?.remote).toBe(remote);
  });

  it("have several sources, all but one with a prefix", () => {
    const sources = {
      a: { remote: overHttps },
      [`b${"_".repeat(29)}9`]: { remote: overHttps, prefix: "p" },
      c: { remote: overHttps, prefix: `p${"_".repeat(29)}9` },
    };
    expect(taken({ sources }).sources).toEqual(sources);
  });

  it("have a token if one of the sources has an HTTPS URL", () => {
    const sources = { a: { remote: "git@h:c", prefix: "a" }, b: { remote: overHttps } };
    const values = { sources, knownHosts: "h ssh-ed25519 AAAA" };
    for (const token of ["8-signs!", "t".repeat(512), "~!@#$%^&*()"]) {
      expect(taken({ ...values, token, tokenUser: "gitlab+deploy-token_1.x" })).toMatchObject({
        token,
      });
    }
  });

  it.each([
    { poolSize: 1 },
    { poolSize: 64 },
    { tokenUser: "u".repeat(64) },
    { proxy: "http://proxy" },
    { proxy: "http://10.0.0.7:3128/" },
    { forge: "http://forge.example.com" },
    { forge: "https://forge.example.com:8443/mirror/v3_a.b-C/" },
    { generateTypes: false },
    { behind: "leave" },
    { gate: "compile" },
    { gate: "compile", canaries: ["web1.example.com", "c".repeat(255)] },
    { postRun: [] },
    { postRun: [["/usr/local/sbin/tell"], ["/bin/sh", "-c", "echo 'a b' ; $x\n", ""]] },
  ])("include the limits of their ranges: %j", (values) => {
    expect(taken(values)).toMatchObject(values);
  });

  it("may be JSON strings, as the engine passes them", () => {
    const { codeDeployment, webhook } = parseSettings({
      domain,
      codeDeployment: '{"tool":"g10k","poolSize":9}',
      webhook: '{"port":9100}',
    });
    expect(codeDeployment).toMatchObject({ tool: "g10k", poolSize: 9, behind: "serve" });
    expect(webhook).toEqual({ port: 9100 });
  });
});

describe("valid settings of the webhook", () => {
  // The ports next to those in use on the main server.
  it.each([1024, 5430, 5433, 8078, 8083, 8138, 8141, 9000, 65534])("have the port %i", (port) => {
    expect(parseSettings({ domain, webhook: { port } }).webhook).toEqual({ port });
  });
});

describe("invalid settings of code deployment", () => {
  it("show no part of a token, or of a password in a URL", () => {
    const secret = "secret-word";
    const holding = badCodeSettings.filter(({ values }) => JSON.stringify(values).includes(secret));
    for (const { what, sentences } of holding) {
      expect(sentences.join("\n"), what).not.toMatch(/secret.word|me:/);
    }
    expect(holding.length).toBeGreaterThan(5);

    const tokens = badCodeSettings.flatMap(({ values, sentences }) => {
      const { token } = (values as { codeDeployment?: { token?: unknown } }).codeDeployment ?? {};
      return typeof token === "string" && token !== "" ? [{ token, sentences }] : [];
    });
    for (const { token, sentences } of tokens) expect(sentences.join("\n")).not.toContain(token);
    expect(tokens.length).toBeGreaterThan(5);
  });

  it("show a URL without a password, so that its fault is visible", () => {
    expect(() => taken({ sources: { a: { remote: "ssh://git@Host:22/c" } } })).toThrow(
      'puppet:codeDeployment.sources.a.remote is "ssh://git@Host:22/c"; write ',
    );
  });
});
