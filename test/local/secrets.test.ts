import { readFileSync } from "node:fs";
import { describe, expect, inject, it } from "vitest";
import { stateFolder } from "../../tools/lib/paths.js";
import { exec, handed, stackOf } from "../support/environment.js";

/** The files that exist to hold a secret; all readable only by root, or by root and one service. */
const keepers: Readonly<Record<string, readonly string[]>> = {
  main: [
    "/etc/puppet/autosign/agent.key",
    "/etc/puppet/autosign/hosts.key",
    "/etc/puppet-webhook/hooks.yaml",
    "/var/lib/puppet-control/webhook.json",
  ],
  balancer: ["/etc/haproxy/haproxy.cfg"],
  puppetdb: [
    "/etc/postgresql-common/puppetdb/database.sql",
    "/etc/postgresql-common/puppetdb/pg_service.conf",
    "/etc/puppetdb/conf.d/database.ini",
  ],
  compiler1: [],
  compiler2: [],
  agent1: [],
};

/** The host states, each of which may contain a secret, and those that the host goes back to. */
const statesOf = (host: string) =>
  [host, ...(host === "main" ? ["puppet-webhook", "puppet-control-repository"] : [])].flatMap(
    (name) =>
      ["json", "good"].map((kind) => `/var/lib/pulumi-puppet/${name}-configuration.${kind}`),
  );

/** Every secret in the stack: those that its state shows in plaintext on request. */
async function secrets(): Promise<string[]> {
  const { stdout } = await stackOf().run(["stack", "export", "--show-secrets", "--stack", "suite"]);
  interface Resource {
    type: string;
    outputs?: { result?: string; stdout?: string };
  }
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: Resource[] } };
  const text = (value: string | undefined): string => JSON.parse(value ?? '""') as string;
  // The third line is inside the key itself.
  const inside = (key: string) => key.split("\n")[2] ?? "";
  const { connections } = (await stackOf().outputs()) as {
    connections: Record<string, { privateKey: string }>;
  };
  const logins = Object.values(connections).map(({ privateKey }) => inside(privateKey));
  const made = deployment.resources.flatMap(({ type, outputs }) => {
    const clear = outputs as unknown as Record<string, { plaintext?: string }> | undefined;
    if (type === "random:index/randomPassword:RandomPassword")
      return [text(clear?.result?.plaintext)];
    const stdout = clear?.stdout?.plaintext;
    if (stdout === undefined || !stdout.includes("PRIVATE KEY")) return [];
    const keys = JSON.parse(text(stdout)) as Record<"client" | "host", { private: string }>;
    return [keys.client, keys.host].map((pair) => inside(pair.private));
  });
  return [...new Set([...made, ...logins])];
}

describe("the environment's secrets", () => {
  it("are in plaintext only in their own files", async () => {
    const all = await secrets();
    // Existing servers have their own host keys.
    expect(all).toHaveLength(handed ? 7 : 8);
    for (const secret of all) expect(secret.length).toBeGreaterThan(20);
    const patterns = `${all.join("\n")}\n`;

    for (const [host, files] of Object.entries(keepers)) {
      const { stdout } = await exec(
        host,
        [
          "sh",
          "-c",
          "grep -rlsF -f /dev/stdin --devices=skip --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev / | sort",
        ],
        { stdin: patterns },
      );
      const state = host === "agent1" ? [] : [...statesOf(host), "/etc/ssh/ssh_host_ed25519_key"];
      const found = stdout.split("\n").filter(Boolean);
      // A host state without a secret is no finding either.
      expect([...files, ...state], host).toEqual(expect.arrayContaining(found));
      expect(found, host).toEqual(expect.arrayContaining([...files]));
      for (const file of found) {
        const { stdout: mode } = await exec(host, ["stat", "-c", "%a", file]);
        expect(mode.trim(), file).toMatch(/^6[04]0$/);
      }
      const journal = await exec(
        host,
        ["sh", "-c", "exec 3<&0; journalctl | grep -cF -f /dev/fd/3"],
        { stdin: patterns },
      );
      expect(journal.stdout.trim(), host).toBe("0");
    }
  });

  it("are in no state file, command line or message", async () => {
    const all = await secrets();
    const { commandLines, killed, finished } = inject("deployment");
    const state = await stackOf().run(["stack", "export", "--stack", "suite"]);
    const lines = readFileSync(commandLines, "utf8");
    expect(lines).toContain("puppetserver");
    for (const secret of all) {
      expect(state.stdout).not.toContain(secret);
      expect(lines).not.toContain(secret);
      expect(killed + finished).not.toContain(secret);
    }
  });

  it("are encrypted with a passphrase that only root can read", async () => {
    const passphrase = readFileSync(`${stateFolder}/passphrase`, "utf8").trim();
    expect(passphrase.length).toBeGreaterThan(20);
    expect((await import("node:fs")).statSync(`${stateFolder}/passphrase`).mode & 0o777).toBe(
      0o600,
    );
  });
});
