import { describe, expect, it } from "vitest";
import type { HostsByRole } from "../../../components/index.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { infrastructureArguments } from "../../../settings/infrastructure-arguments.js";

const hosts = {} as HostsByRole;
const key = "-----BEGIN PRIVATE KEY-----\nthe-login\n-----END PRIVATE KEY-----\n";
const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
const existing = {
  platform: "existing",
  domain: "example.test",
  puppetdb: { host: "none" },
  existing: {
    privateKey: key,
    jumpHost: { address: "10.0.0.9", hostKey, privateKey: key },
    servers: ["main", "load-balancer", "compiler"].map((role, at) => ({
      ...{ name: role, role, hostKey, cores: 2, memory: 4096 },
      address: `10.0.0.${String(at + 1)}`,
    })),
  },
};

describe("the component's arguments from a stack's settings", () => {
  it("are only those of the component, not those of a platform, such as the login key", () => {
    const given = infrastructureArguments(parseSettings(existing), { hosts });
    expect(Object.keys(given).sort()).toEqual([
      ...["caName", "caServer", "codeDeployment", "compileTimeout", "compiler", "distribution"],
      ...["fileBucket"],
      ...["fileServer", "foreman", "hdm", "hosts", "mainServer", "plannedCompilers", "postgresql"],
      ...["puppetServer", "puppetdb", "reports", "rollout", "serverGems", "statsPort"],
      ...["webhookCertificate", "webhookPort", "webhookPrivateKey"],
    ]);
    expect(JSON.stringify(given)).not.toContain("the-login");
    expect(given.puppetdb).not.toHaveProperty("host");
  });

  it("prefer the platform's database to the one in the settings", () => {
    const settings = parseSettings({ domain: "example.test" });
    expect(infrastructureArguments(settings, { hosts }).postgresql).toBe(settings.postgresql);
    const postgresql = { server: "db.example.test" };
    expect(infrastructureArguments(settings, { hosts, postgresql }).postgresql).toBe(postgresql);
  });
});
