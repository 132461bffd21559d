import { cpus } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { sizingFault } from "../../../platforms/sizing.js";

vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  cpus: vi.fn(),
}));
vi.mocked(cpus).mockReturnValue(Array(2).fill({}) as ReturnType<typeof cpus>);

const faultOf = (settings: Record<string, unknown>) =>
  sizingFault(parseSettings({ domain: "example.test", ...settings }));
const containers = (memory: number, more: Record<string, unknown> = {}) =>
  faultOf({ containers: { memory }, ...more });

describe("too little memory for the default sizing", () => {
  it.each([
    [{}, 1792],
    [{ puppetdb: { host: "none" } }, 1792],
    [{ puppetdb: { host: "main" } }, 2986],
  ])("is rejected by its own name, with what is enough for %j", (settings, least) => {
    for (const memory of [1120, 1200, least - 1]) {
      expect(containers(memory, settings)).toBe(
        `puppet:containers.memory is ${String(memory)}; write at least ${String(least)}.`,
      );
    }
    expect(containers(least, settings)).toBeUndefined();
  });

  it("is also rejected for an existing server and for an instance", () => {
    const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
    const servers = ["main", "load-balancer", "compiler"].map((role, at) => ({
      ...{ name: role, role, hostKey, cores: 2, memory: role === "compiler" ? 1000 : 4096 },
      address: `10.0.0.${String(at + 1)}`,
    }));
    const privateKey = "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n";
    const existing = { privateKey, servers };
    expect(faultOf({ platform: "existing", puppetdb: { host: "none" }, existing })).toBe(
      "puppet:existing.servers has compiler with 1000 MiB of memory; write a server with at least 1792 MiB.",
    );
  });
});

describe("sizing that does not fit its host", () => {
  it("is rejected by its own name if it is set", () => {
    expect(containers(2048, { compiler: { heap: 4096 } })).toMatch(
      /^puppet:compiler\.heap: 4096 MiB with .* is 4864 MiB, but compiler1\.example\.test has 2048 MiB;/,
    );
    expect(containers(2048, { puppetdb: { threads: 64 } })).toMatch(
      /^puppet:puppetdb\.threads: 64 /,
    );
  });

  it("may be smaller than the default if it is set for all servers", () => {
    const small = { heap: 768, codeCache: 96 };
    expect(containers(1120, { mainServer: small, compiler: small })).toBeUndefined();
  });
});
